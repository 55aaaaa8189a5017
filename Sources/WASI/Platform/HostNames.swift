// The system's resolver.

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

extension IPAddress {
  /// An address as it is written; nil if the text is none.
  package init?(parsing text: String) {
    var ipv4 = in_addr()
    var ipv6 = in6_addr()
    if inet_pton(AF_INET, text, &ipv4) == 1 {
      self.init(ipv4)
    } else if inet_pton(AF_INET6, text, &ipv6) == 1 {
      self.init(ipv6)
    } else {
      return nil
    }
  }
}

/// Blocks until the resolver has an answer.
func resolveHostName(_ name: String) -> Result<[IPAddress], SystemError> {
  var hints = addrinfo()
  #if canImport(Darwin)
    hints.ai_socktype = SOCK_STREAM
  #else
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
  #endif
  var list: UnsafeMutablePointer<addrinfo>?
  let status = getaddrinfo(name, nil, &hints, &list)
  guard status == 0 else { return .failure(SystemError(resolver: status)) }
  defer { freeaddrinfo(list) }
  var addresses: [IPAddress] = []
  var next = list
  while let entry = next?.pointee {
    if let system = entry.ai_addr, let address = IPAddress(system), !address.isIPv4Mapped,
      !addresses.contains(address)
    {
      addresses.append(address)
    }
    next = entry.ai_next
  }
  return addresses.isEmpty ? .failure(.nameUnresolvable) : .success(addresses)
}

extension SystemError {
  fileprivate init(resolver status: Int32) {
    self =
      switch status {
      // The numbers are EAI_NODATA and EAI_ADDRFAMILY of glibc, which Swift does not see.
      case EAI_NONAME, EAI_FAMILY, -5, -9: .nameUnresolvable
      case EAI_AGAIN: .temporaryResolverFailure
      case EAI_MEMORY: .insufficientMemory
      default: .permanentResolverFailure
      }
  }
}
