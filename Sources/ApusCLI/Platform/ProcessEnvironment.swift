// The environment of this process.

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

enum ProcessEnvironment {
  static func value(of name: String) -> String? { getenv(name).map { String(cString: $0) } }

  /// All variables in the order in which they are kept.
  static var variables: [(name: String, value: String)] {
    var next: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
    #if canImport(Darwin)
      next = _NSGetEnviron().pointee
    #else
      next = environ
    #endif
    var variables: [(name: String, value: String)] = []
    while let entry = next?.pointee {
      let parts = String(cString: entry).split(
        separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      if parts.count > 1 { variables.append((String(parts[0]), String(parts[1]))) }
      next = next?.advanced(by: 1)
    }
    return variables
  }
}
