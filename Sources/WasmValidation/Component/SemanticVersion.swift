// The versions at the end of interface names: Semantic Versioning 2.0, and the Component Model's canonical ones.

import WasmSyntax

enum SemanticVersion {
  /// `canonversion`
  static func isCanonical(_ text: String) -> Bool {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    switch parts.count {
    case 1: return isPositive(parts[0])
    case 2: return parts[0] == "0" && isPositive(parts[1])
    case 3: return parts[0] == "0" && parts[1] == "0" && (parts[2] == "0" || isPositive(parts[2]))
    default: return false
    }
  }

  /// `[1-9] [0-9]*`
  private static func isPositive(_ text: Substring) -> Bool {
    guard let first = text.utf8.first, first != UInt8(ascii: "0") else { return false }
    return text.utf8.allSatisfy(isDigit)
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

  private static func isIdentifier(_ byte: UInt8) -> Bool {
    isDigit(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x2D
  }

  /// `semversuffix`
  static func isSuffix(_ text: String) -> Bool {
    text.utf8.allSatisfy { isIdentifier($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "+") }
  }

  /// Checks a `valid semver`.
  static func check(_ text: String) throws(NameError) {
    guard !text.isEmpty else { throw NameError("empty string, expected a semver version") }
    var rest = text[...].utf8
    try number(&rest, "major")
    try dot(&rest, "major")
    try number(&rest, "minor")
    try dot(&rest, "minor")
    try number(&rest, "patch")
    if rest.first == UInt8(ascii: "-") {
      rest = rest.dropFirst()
      try identifiers(&rest, "pre-release identifier", numbersAreCanonical: true)
    }
    if rest.first == UInt8(ascii: "+") {
      rest = rest.dropFirst()
      try identifiers(&rest, "build metadata", numbersAreCanonical: false)
    }
    if let byte = rest.first { throw unexpected(byte, "after patch version number") }
  }

  private static func unexpected(_ byte: UInt8, _ place: String) -> NameError {
    let character = byte < 0x80 ? "\(Character(Unicode.Scalar(byte)))" : "?"
    return NameError("unexpected character '\(character)' \(place)")
  }

  private static func number(
    _ rest: inout Substring.UTF8View, _ part: String
  ) throws(NameError) {
    let digits = rest.prefix(while: isDigit)
    guard let first = digits.first else {
      guard let byte = rest.first else {
        throw NameError("unexpected end of input while parsing \(part) version number")
      }
      throw unexpected(byte, "while parsing \(part) version number")
    }
    if first == UInt8(ascii: "0") && digits.count > 1 {
      throw NameError("invalid leading zero in \(part) version number")
    }
    rest = rest[digits.endIndex...]
  }

  private static func dot(_ rest: inout Substring.UTF8View, _ part: String) throws(NameError) {
    guard let byte = rest.first else {
      let next = part == "major" ? "minor" : "patch"
      throw NameError(
        "unexpected end of input while parsing \(part) version number, expected a \(next) one")
    }
    guard byte == UInt8(ascii: ".") else {
      throw unexpected(byte, "after \(part) version number")
    }
    rest = rest.dropFirst()
  }

  private static func identifiers(
    _ rest: inout Substring.UTF8View, _ place: String, numbersAreCanonical: Bool
  ) throws(NameError) {
    while true {
      let segment = rest.prefix(while: isIdentifier)
      guard let first = segment.first else {
        throw NameError("empty identifier segment in \(place)")
      }
      if numbersAreCanonical, first == UInt8(ascii: "0"), segment.count > 1,
        segment.allSatisfy(isDigit)
      {
        throw NameError("invalid leading zero in \(place)")
      }
      rest = rest[segment.endIndex...]
      guard rest.first == UInt8(ascii: ".") else { return }
      rest = rest.dropFirst()
    }
  }
}
