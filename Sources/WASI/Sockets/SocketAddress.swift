// Addresses of wasi:sockets.

/// `ip-address-family`.
package enum IPAddressFamily: Hashable, Sendable {
  case ipv4
  case ipv6
}

/// `ip-address`. Parts are in the order in which addresses are written.
package enum IPAddress: Hashable, Sendable {
  /// Four bytes, the first in the highest bits.
  case ipv4(UInt32)
  /// Eight groups of 16 bits, the first in the highest bits.
  case ipv6(UInt128)

  package var family: IPAddressFamily {
    switch self {
    case .ipv4: .ipv4
    case .ipv6: .ipv6
    }
  }

  /// `0.0.0.0` or `::`.
  package var isUnspecified: Bool {
    switch self {
    case .ipv4(let bits): bits == 0
    case .ipv6(let bits): bits == 0
    }
  }

  /// `::ffff:a.b.c.d`, which wasi:sockets has no use for.
  package var isIPv4Mapped: Bool {
    guard case .ipv6(let bits) = self else { return false }
    return bits >> 32 == 0xFFFF
  }

  /// Whether it names one host: neither multicast nor broadcast.
  package var isUnicast: Bool {
    switch self {
    case .ipv4(let bits): bits >> 28 != 0xE && bits != .max
    case .ipv6(let bits): bits >> 120 != 0xFF
    }
  }
}

/// `ip-socket-address`.
package struct IPSocketAddress: Hashable, Sendable {
  package var address: IPAddress
  package var port: UInt16
  /// Only of IPv6 addresses.
  package var flowInfo: UInt32 = 0
  package var scopeID: UInt32 = 0

  package init(address: IPAddress, port: UInt16, flowInfo: UInt32 = 0, scopeID: UInt32 = 0) {
    self.address = address
    self.port = port
    self.flowInfo = flowInfo
    self.scopeID = scopeID
  }

  package var family: IPAddressFamily { address.family }

  /// Checks what `bind` requires of an address.
  func checkBindable(by family: IPAddressFamily) throws(SystemError) {
    guard self.family == family, address.isUnicast, !address.isIPv4Mapped else { throw .invalid }
  }

  /// Checks what `connect` and `send` require of an address.
  func checkReachable(by family: IPAddressFamily) throws(SystemError) {
    try checkBindable(by: family)
    guard !address.isUnspecified, port != 0 else { throw .invalid }
  }
}
