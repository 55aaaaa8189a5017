// Addresses between wasi:sockets' form and the system's, and calls whose names collide with methods.

#if canImport(Darwin)
  import Darwin
  let (systemBind, systemConnect, systemListen) = (Darwin.bind, Darwin.connect, Darwin.listen)
  let (systemAccept, systemShutdown, systemSend) = (Darwin.accept, Darwin.shutdown, Darwin.send)
#elseif canImport(Musl)
  import Musl
  let (systemBind, systemConnect, systemListen) = (Musl.bind, Musl.connect, Musl.listen)
  let (systemAccept, systemShutdown, systemSend) = (Musl.accept, Musl.shutdown, Musl.send)
#else
  import Glibc
  let (systemBind, systemConnect, systemListen) = (Glibc.bind, Glibc.connect, Glibc.listen)
  let (systemAccept, systemShutdown, systemSend) = (Glibc.accept, Glibc.shutdown, Glibc.send)
#endif

extension IPAddress {
  init(_ address: in_addr) { self = .ipv4(UInt32(bigEndian: address.s_addr)) }

  init(_ address: in6_addr) {
    let bits = withUnsafeBytes(of: address) { bytes in
      bytes.reduce(UInt128(0)) { $0 << 8 | UInt128($1) }
    }
    self = .ipv6(bits)
  }

  /// The address in a `sockaddr` of any kind; nil if it is not one of IP.
  init?(_ address: UnsafePointer<sockaddr>) {
    switch Int32(address.pointee.sa_family) {
    case AF_INET:
      self.init(UnsafeRawPointer(address).loadUnaligned(as: sockaddr_in.self).sin_addr)
    case AF_INET6:
      self.init(UnsafeRawPointer(address).loadUnaligned(as: sockaddr_in6.self).sin6_addr)
    default: return nil
    }
  }
}

extension IPSocketAddress {
  func withSystemAddress<Result>(
    _ body: (UnsafePointer<sockaddr>, socklen_t) throws(SystemError) -> Result
  ) throws(SystemError) -> Result {
    switch address {
    case .ipv4(let bits):
      var system = sockaddr_in()
      system.sin_family = sa_family_t(AF_INET)
      system.sin_port = port.bigEndian
      system.sin_addr.s_addr = bits.bigEndian
      #if canImport(Darwin)
        system.sin_len = UInt8(MemoryLayout<sockaddr_in>.size)
      #endif
      return try Self.withAddress(of: system, body)
    case .ipv6(let bits):
      var system = sockaddr_in6()
      system.sin6_family = sa_family_t(AF_INET6)
      system.sin6_port = port.bigEndian
      system.sin6_flowinfo = flowInfo
      system.sin6_scope_id = scopeID
      withUnsafeMutableBytes(of: &system.sin6_addr) { bytes in
        withUnsafeBytes(of: bits.bigEndian) { bytes.copyMemory(from: $0) }
      }
      #if canImport(Darwin)
        system.sin6_len = UInt8(MemoryLayout<sockaddr_in6>.size)
      #endif
      return try Self.withAddress(of: system, body)
    }
  }

  private static func withAddress<Address, Result>(
    of system: Address, _ body: (UnsafePointer<sockaddr>, socklen_t) throws(SystemError) -> Result
  ) throws(SystemError) -> Result {
    try withUnsafePointer(to: system) { pointer throws(SystemError) in
      try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer throws(SystemError) in
        try body(pointer, socklen_t(MemoryLayout<Address>.size))
      }
    }
  }

  /// What a call such as getsockname(2) fills in.
  static func reading(
    _ call: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32
  ) throws(SystemError) -> IPSocketAddress {
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    let address = try withUnsafeMutablePointer(to: &storage) { pointer throws(SystemError) in
      try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer throws(SystemError) in
        try checking { call(pointer, &length) }
        return IPAddress(pointer)
      }
    }
    guard let address else { throw .unknown }
    return withUnsafeBytes(of: &storage) { bytes in
      switch address {
      case .ipv4:
        let system = bytes.loadUnaligned(as: sockaddr_in.self)
        return IPSocketAddress(address: address, port: UInt16(bigEndian: system.sin_port))
      case .ipv6:
        let system = bytes.loadUnaligned(as: sockaddr_in6.self)
        return IPSocketAddress(
          address: address, port: UInt16(bigEndian: system.sin6_port),
          flowInfo: system.sin6_flowinfo, scopeID: system.sin6_scope_id)
      }
    }
  }
}
