// The vocabulary of wasi:sockets as each version writes it. Addresses are the same in both.

import ComponentRuntime

/// A version's way to write the types of wasi:sockets.
enum SocketDialect {
  case preview2
  case preview3
  /// wasi:sockets/ip-name-lookup of WASI 0.3, which has an `error-code` of its own.
  case preview3NameLookup

  // MARK: Errors

  var errorCode: HostValueType {
    switch self {
    case .preview2:
      .enum([
        "unknown", "access-denied", "not-supported", "invalid-argument", "out-of-memory", "timeout",
        "concurrency-conflict", "not-in-progress", "would-block", "invalid-state",
        "new-socket-limit", "address-not-bindable", "address-in-use", "remote-unreachable",
        "connection-refused", "connection-reset", "connection-aborted", "datagram-too-large",
        "name-unresolvable", "temporary-resolver-failure", "permanent-resolver-failure",
      ])
    case .preview3:
      .codes([
        "access-denied", "not-supported", "invalid-argument", "out-of-memory", "timeout",
        "invalid-state", "address-not-bindable", "address-in-use", "remote-unreachable",
        "connection-refused", "connection-broken", "connection-reset", "connection-aborted",
        "datagram-too-large",
      ])
    case .preview3NameLookup:
      .codes([
        "access-denied", "invalid-argument", "name-unresolvable", "temporary-resolver-failure",
        "permanent-resolver-failure",
      ])
    }
  }

  var errors: ErrorCode {
    ErrorCode(errorCode) { error in (error as? SystemError).map(value) }
  }

  func value(_ error: SystemError) -> ComponentValue {
    let label = Self.label(error)
    switch self {
    case .preview2:
      // 0.2 has no word of its own for a broken connection.
      return .enum(label == "connection-broken" ? "connection-aborted" : label ?? "unknown")
    case .preview3, .preview3NameLookup:
      guard case .variant(let cases) = errorCode, let label,
        cases.contains(where: { $0.label == label })
      else { return .code(nil) }
      return .code(label)
    }
  }

  /// The code in the version that has one; nil if there is none. Files have codes that sockets do not.
  private static func label(_ error: SystemError) -> String? {
    switch error {
    case .access, .notPermitted: "access-denied"
    case .unsupported: "not-supported"
    case .invalid: "invalid-argument"
    case .insufficientMemory, .insufficientSpace: "out-of-memory"
    case .timeout: "timeout"
    case .concurrencyConflict: "concurrency-conflict"
    case .notInProgress: "not-in-progress"
    case .wouldBlock: "would-block"
    case .invalidState: "invalid-state"
    case .descriptorLimit: "new-socket-limit"
    case .addressNotBindable: "address-not-bindable"
    case .addressInUse: "address-in-use"
    case .remoteUnreachable: "remote-unreachable"
    case .connectionRefused: "connection-refused"
    case .connectionReset: "connection-reset"
    case .connectionAborted: "connection-aborted"
    case .pipe: "connection-broken"
    case .messageSize: "datagram-too-large"
    case .nameUnresolvable: "name-unresolvable"
    case .temporaryResolverFailure: "temporary-resolver-failure"
    case .permanentResolverFailure: "permanent-resolver-failure"
    case .already, .badDescriptor, .busy, .deadlock, .quota, .exist, .fileTooLarge,
      .illegalByteSequence, .inProgress, .interrupted, .io, .isDirectory, .loop, .tooManyLinks,
      .nameTooLong, .noDevice, .noEntry, .noLock, .notDirectory, .notEmpty, .notRecoverable, .noTTY,
      .noSuchDevice, .overflow, .readOnly, .invalidSeek, .textFileBusy, .crossDevice, .unknown:
      nil
    }
  }

  // MARK: Addresses

  static let addressFamily = HostValueType.enum(["ipv4", "ipv6"])
  private static let ipv4Address = HostValueType.tuple(Array(repeating: .u8, count: 4))
  private static let ipv6Address = HostValueType.tuple(Array(repeating: .u16, count: 8))
  static let ipAddress = HostValueType.variant([
    .init("ipv4", ipv4Address), .init("ipv6", ipv6Address),
  ])
  static let socketAddress = HostValueType.variant([
    .init("ipv4", .record([.init("port", .u16), .init("address", ipv4Address)])),
    .init(
      "ipv6",
      .record([
        .init("port", .u16), .init("flow-info", .u32), .init("address", ipv6Address),
        .init("scope-id", .u32),
      ])),
  ])
}

extension IPAddressFamily {
  init(_ value: ComponentValue) throws {
    self = try value.asCase().label == "ipv4" ? .ipv4 : .ipv6
  }

  var value: ComponentValue {
    switch self {
    case .ipv4: .enum("ipv4")
    case .ipv6: .enum("ipv6")
    }
  }
}

extension IPAddress {
  /// The parts of an address, without the case that says which kind it is.
  fileprivate init(parts: ComponentValue) throws {
    let parts = try parts.asTuple()
    if parts.count == 4 {
      self = .ipv4(try parts.reduce(0) { try $0 << 8 | UInt32($1.asU8()) })
    } else {
      self = .ipv6(try parts.reduce(0) { try $0 << 16 | UInt128($1.asU16()) })
    }
  }

  fileprivate var parts: ComponentValue {
    switch self {
    case .ipv4(let bits):
      .tuple((0..<4).map { .u8(UInt8(truncatingIfNeeded: bits >> UInt32(8 * (3 - $0)))) })
    case .ipv6(let bits):
      .tuple((0..<8).map { .u16(UInt16(truncatingIfNeeded: bits >> UInt128(16 * (7 - $0)))) })
    }
  }

  /// `ip-address`
  var value: ComponentValue { .variant(label: family.label, payload: parts) }
}

extension IPSocketAddress {
  /// `ip-socket-address`
  init(_ value: ComponentValue) throws {
    guard let record = try value.asCase().payload else { throw ComponentTrap(.bug) }
    let address = try IPAddress(parts: record.field("address"))
    self.init(address: address, port: try record.field("port").asU16())
    if address.family == .ipv6 {
      flowInfo = try record.field("flow-info").asU32()
      scopeID = try record.field("scope-id").asU32()
    }
  }

  var value: ComponentValue {
    let record: ComponentValue =
      switch family {
      case .ipv4: .record(["port": .u16(port), "address": address.parts])
      case .ipv6:
        .record([
          "port": .u16(port), "flow-info": .u32(flowInfo), "address": address.parts,
          "scope-id": .u32(scopeID),
        ])
      }
    return .variant(label: family.label, payload: record)
  }
}

extension IPAddressFamily {
  fileprivate var label: String {
    switch self {
    case .ipv4: "ipv4"
    case .ipv6: "ipv6"
    }
  }
}
