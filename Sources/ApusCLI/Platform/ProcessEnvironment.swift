// The arguments and the environment of this process. Guests take both in UTF-8, so what is not is an error: replacing it
// would hand over another name or value than was meant.

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

enum ProcessEnvironment {
  /// The arguments after the command's name.
  static func arguments() throws(CommandFailure) -> [String] {
    let given = UnsafeBufferPointer(start: CommandLine.unsafeArgv, count: Int(CommandLine.argc))
    var arguments: [String] = []
    for case let pointer? in given.dropFirst() {
      guard let argument = String(validatingCString: pointer) else {
        throw CommandFailure(["failed to convert \(quoted(pointer)) to utf-8"])
      }
      arguments.append(argument)
    }
    return arguments
  }

  static func value(of name: String) throws(CommandFailure) -> String? {
    guard let pointer = getenv(name) else { return nil }
    guard let value = String(validatingCString: pointer) else {
      throw CommandFailure(["environment variable `\(name)` not valid utf-8"])
    }
    return value
  }

  /// All variables in the order in which they are kept.
  static func variables() throws(CommandFailure) -> [(name: String, value: String)] {
    var next: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
    #if canImport(Darwin)
      next = _NSGetEnviron().pointee
    #else
      next = environ
    #endif
    var variables: [(name: String, value: String)] = []
    while let entry = next?.pointee {
      guard let text = String(validatingCString: entry) else {
        throw CommandFailure(["environment variable \(quoted(entry)) not valid utf-8"])
      }
      let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      if parts.count > 1 { variables.append((String(parts[0]), String(parts[1]))) }
      next = next?.advanced(by: 1)
    }
    return variables
  }

  /// Printable, whatever it is.
  private static func quoted(_ text: UnsafePointer<CChar>) -> String {
    var quoted = "\""
    for offset in 0..<strlen(text) {
      let byte = UInt8(bitPattern: text[offset])
      if byte >= 0x20, byte < 0x7F {
        quoted.unicodeScalars.append(Unicode.Scalar(byte))
      } else {
        quoted += "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
      }
    }
    return quoted + "\""
  }
}
