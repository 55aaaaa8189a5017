// A nonblocking socket of the system: its calls, without any idea of states.

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// An open socket.
struct SocketHandle: Sendable {
  let descriptor: FileDescriptor
  let family: IPAddressFamily
  private var number: Int32 { descriptor.number }

  init(family: IPAddressFamily, isStream: Bool) throws(SystemError) {
    let domain = family == .ipv4 ? AF_INET : AF_INET6
    #if canImport(Darwin)
      let type = isStream ? SOCK_STREAM : SOCK_DGRAM
    #else
      let type = Int32((isStream ? SOCK_STREAM : SOCK_DGRAM).rawValue)
    #endif
    let number = try retrying { socket(domain, type, 0) }
    try self.init(adopting: number, family)
    // An IPv6 socket of WASI never speaks IPv4.
    if family == .ipv6 { try set(IPPROTO_IPV6, IPV6_V6ONLY, to: 1) }
  }

  private init(adopting number: Int32, _ family: IPAddressFamily) throws(SystemError) {
    descriptor = FileDescriptor(owning: number)
    self.family = family
    _ = fcntl(number, F_SETFD, FD_CLOEXEC)
    try descriptor.setStatusFlags(O_NONBLOCK, to: true)
    #if canImport(Darwin)
      try set(SOL_SOCKET, SO_NOSIGPIPE, to: 1)
    #endif
  }

  // MARK: Connections

  func bind(_ address: IPSocketAddress) throws(SystemError) {
    try address.withSystemAddress { pointer, length throws(SystemError) in
      try checking { systemBind(number, pointer, length) }
    }
  }

  /// `inProgress` if it takes time: then the socket becomes writable when it is done.
  func connect(_ address: IPSocketAddress) throws(SystemError) {
    try address.withSystemAddress { pointer, length throws(SystemError) in
      // Not again after EINTR: the attempt goes on by itself.
      guard systemConnect(number, pointer, length) == 0 else {
        throw errno == EINTR ? .inProgress : .current
      }
    }
  }

  func disconnect() throws(SystemError) {
    var address = sockaddr()
    address.sa_family = sa_family_t(AF_UNSPEC)
    let status = systemConnect(number, &address, socklen_t(MemoryLayout<sockaddr>.size))
    // Darwin disconnects, and says that this is no address.
    guard status == 0 || errno == EAFNOSUPPORT || errno == EINVAL else { throw .current }
  }

  /// The error of an attempt to connect that is over, nil if it succeeded.
  var pendingError: SystemError? {
    guard let code = try? get(SOL_SOCKET, SO_ERROR) else { return .current }
    return code == 0 ? nil : SystemError(errno: code)
  }

  func listen(backlog: Int32) throws(SystemError) {
    try checking { systemListen(number, backlog) }
  }

  func accept() throws(SystemError) -> SocketHandle {
    let accepted = try retrying { systemAccept(number, nil, nil) }
    return try SocketHandle(adopting: accepted, family)
  }

  func shutdown(reading: Bool, writing: Bool) throws(SystemError) {
    #if canImport(Darwin)
      let (both, write, read) = (SHUT_RDWR, SHUT_WR, SHUT_RD)
    #else
      let (both, write, read) = (Int32(SHUT_RDWR), Int32(SHUT_WR), Int32(SHUT_RD))
    #endif
    let how = reading && writing ? both : writing ? write : read
    try checking { systemShutdown(number, how) }
  }

  func localAddress() throws(SystemError) -> IPSocketAddress {
    try IPSocketAddress.reading { pointer, length in getsockname(number, pointer, length) }
  }

  func remoteAddress() throws(SystemError) -> IPSocketAddress {
    try IPSocketAddress.reading { pointer, length in getpeername(number, pointer, length) }
  }

  // MARK: Data

  func receive(
    into buffer: UnsafeMutableRawBufferPointer, peeking: Bool = false
  ) throws(SystemError) -> Int {
    let count = min(buffer.count, FileDescriptor.maximumTransfer)
    return try retrying {
      recv(number, buffer.baseAddress, count, peeking ? Int32(MSG_PEEK) : 0)
    }
  }

  func receive(
    datagram buffer: UnsafeMutableRawBufferPointer
  ) throws(SystemError) -> (count: Int, from: IPSocketAddress) {
    var count = 0
    let address = try IPSocketAddress.reading { pointer, length in
      count = recvfrom(number, buffer.baseAddress, buffer.count, 0, pointer, length)
      return count < 0 ? -1 : 0
    }
    return (count, address)
  }

  /// A broken connection is an error, not a signal.
  private static var sendFlags: Int32 {
    #if canImport(Darwin)
      0
    #else
      Int32(MSG_NOSIGNAL)
    #endif
  }

  func send(_ bytes: UnsafeRawBufferPointer) throws(SystemError) -> Int {
    let count = min(bytes.count, FileDescriptor.maximumTransfer)
    return try retrying { systemSend(number, bytes.baseAddress, count, Self.sendFlags) }
  }

  func send(
    _ bytes: UnsafeRawBufferPointer, to address: IPSocketAddress
  ) throws(SystemError) -> Int {
    try address.withSystemAddress { pointer, length throws(SystemError) in
      try retrying {
        sendto(number, bytes.baseAddress, bytes.count, Self.sendFlags, pointer, length)
      }
    }
  }

  // MARK: Options

  func get(_ level: some BinaryInteger, _ option: Int32) throws(SystemError) -> Int32 {
    var value: Int32 = 0
    var length = socklen_t(MemoryLayout<Int32>.size)
    try checking { getsockopt(number, Int32(level), option, &value, &length) }
    return value
  }

  func set(
    _ level: some BinaryInteger, _ option: Int32, to value: Int32
  ) throws(SystemError) {
    var value = value
    let length = socklen_t(MemoryLayout<Int32>.size)
    try checking { setsockopt(number, Int32(level), option, &value, length) }
  }
}

/// Options of sockets that WASI knows, with where the system keeps them.
enum SocketOption {
  case reuseAddress, keepAlive, keepAliveIdle, keepAliveInterval, keepAliveCount
  case receiveBuffer, sendBuffer, hopLimit

  func place(_ family: IPAddressFamily) -> (level: Int, option: Int32) {
    switch self {
    case .reuseAddress: (Int(SOL_SOCKET), SO_REUSEADDR)
    case .keepAlive: (Int(SOL_SOCKET), SO_KEEPALIVE)
    case .receiveBuffer: (Int(SOL_SOCKET), SO_RCVBUF)
    case .sendBuffer: (Int(SOL_SOCKET), SO_SNDBUF)
    case .keepAliveInterval: (Int(IPPROTO_TCP), TCP_KEEPINTVL)
    case .keepAliveCount: (Int(IPPROTO_TCP), TCP_KEEPCNT)
    case .keepAliveIdle:
      #if canImport(Darwin)
        (Int(IPPROTO_TCP), TCP_KEEPALIVE)
      #else
        (Int(IPPROTO_TCP), TCP_KEEPIDLE)
      #endif
    case .hopLimit:
      switch family {
      case .ipv4: (Int(IPPROTO_IP), IP_TTL)
      case .ipv6: (Int(IPPROTO_IPV6), IPV6_UNICAST_HOPS)
      }
    }
  }
}

extension SocketHandle {
  func get(_ option: SocketOption) throws(SystemError) -> Int32 {
    let (level, number) = option.place(family)
    return try get(level, number)
  }

  func set(_ option: SocketOption, to value: Int32) throws(SystemError) {
    let (level, number) = option.place(family)
    try set(level, number, to: value)
  }
}
