// Explainer, Import and Export Definitions: the lexical grammar of import and export names.

import WasmSyntax

/// `externname`, taken apart.
package enum ParsedExternName: Hashable, Sendable {
  case label(String)
  case constructor(resource: String)
  case method(resource: String, name: String)
  case `static`(resource: String, name: String)
  case interface(InterfaceName)

  /// Whether it is a `plainname`.
  package var isPlain: Bool {
    if case .interface = self { false } else { true }
  }
}

/// `interfacename`
package struct InterfaceName: Hashable, Sendable {
  /// One, or more with nested names.
  package var namespaces: [String]
  package var package: String
  /// One, or more with nested names.
  package var projections: [String]
  /// What follows the `@`.
  package var version: String?
  /// Whether the version is a `canonversion`.
  package var isVersionCanonical = false
}

/// Why a string is no name.
struct NameError: Error {
  var message: String
  /// The switch that would allow it.
  var feature: Feature?

  init(_ message: String, feature: Feature? = nil) {
    self.message = message
    self.feature = feature
  }

  static func notKebab(_ label: some StringProtocol) -> NameError {
    NameError("`\(label)` is not in kebab case")
  }
}

/// Reads `externname`. Only ASCII ever matches, so that bytes are all there is to look at.
struct ExternNameParser {
  let features: FeatureSet
  private var rest: Substring.UTF8View

  static func parse(
    _ name: String, features: FeatureSet
  ) throws(NameError) -> ParsedExternName {
    var parser = ExternNameParser(features: features, rest: name[...].utf8)
    return try parser.parse()
  }

  private mutating func parse() throws(NameError) -> ParsedExternName {
    if skip("[constructor]") { return .constructor(resource: try Self.label(Substring(rest))) }
    if skip("[method]") {
      let (resource, name) = try twoLabels()
      return .method(resource: resource, name: name)
    }
    if skip("[static]") {
      let (resource, name) = try twoLabels()
      return .static(resource: resource, name: name)
    }
    if let form = removedForm {
      throw NameError(
        "`\(form)` names are no longer part of the Component Model: use `external-id`")
    }
    guard rest.contains(UInt8(ascii: ":")) else {
      return .label(try Self.label(Substring(rest)))
    }
    return .interface(try interfaceName())
  }

  // MARK: Plain names

  private mutating func skip(_ prefix: StaticString) -> Bool {
    let matches = prefix.withUTF8Buffer { rest.starts(with: $0) }
    if matches { rest = rest.dropFirst(prefix.utf8CodeUnitCount) }
    return matches
  }

  private func twoLabels() throws(NameError) -> (String, String) {
    guard let dot = rest.firstIndex(of: UInt8(ascii: ".")) else {
      throw NameError("failed to find `.` character")
    }
    let resource = try Self.label(Substring(rest[..<dot]))
    return (resource, try Self.label(Substring(rest[rest.index(after: dot)...])))
  }

  /// Forms that earlier drafts had.
  private var removedForm: String? {
    for form in ["unlocked-dep=", "locked-dep=", "url=", "integrity="]
    where rest.starts(with: form.utf8) {
      return form + "<...>"
    }
    return nil
  }

  /// `label`
  static func label(_ text: Substring) throws(NameError) -> String {
    guard isLabel(text.utf8) else { throw .notKebab(text) }
    return String(text)
  }

  static func isLabel(_ text: Substring.UTF8View) -> Bool {
    var isFirst = true
    for fragment in text.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false) {
      guard let first = fragment.first else { return false }
      if isFirst && (0x30...0x39).contains(first) { return false }
      isFirst = false
      // A word or an acronym: digits go with either.
      var hasLower = false
      var hasUpper = false
      for byte in fragment {
        switch byte {
        case 0x30...0x39: break
        case 0x61...0x7A: hasLower = true
        case 0x41...0x5A: hasUpper = true
        default: return false
        }
      }
      if hasLower && hasUpper { return false }
    }
    return true
  }

  // MARK: Interface names

  /// Everything up to one of these characters.
  private mutating func token(upTo stops: StaticString) -> Substring {
    let end =
      rest.firstIndex { byte in stops.withUTF8Buffer { $0.contains(byte) } } ?? rest.endIndex
    defer { rest = rest[end...] }
    return Substring(rest[..<end])
  }

  /// `words`
  private func words(_ text: Substring) throws(NameError) -> String {
    let label = try Self.label(text)
    if let upper = label.utf8.first(where: { (0x41...0x5A).contains($0) }) {
      throw NameError(
        "character `\(Character(Unicode.Scalar(upper)))` is not lowercase in package name/namespace"
      )
    }
    return label
  }

  private mutating func interfaceName() throws(NameError) -> InterfaceName {
    let nested = features.contains(.componentNestedNames)
    var namespaces = [try words(token(upTo: ":"))]
    _ = skip(":")
    var package = try words(token(upTo: ":/@"))
    while rest.first == UInt8(ascii: ":") {
      guard nested else {
        throw NameError("expected `/` after package name", feature: .componentNestedNames)
      }
      namespaces.append(package)
      _ = skip(":")
      package = try words(token(upTo: ":/@"))
    }
    guard skip("/") else { throw NameError("expected `/` after package name") }
    var projections = [try Self.label(token(upTo: "/@"))]
    while rest.first == UInt8(ascii: "/") {
      guard nested else {
        throw NameError(
          "trailing characters found: `\(Substring(rest))`", feature: .componentNestedNames)
      }
      _ = skip("/")
      projections.append(try Self.label(token(upTo: "/@")))
    }
    var name = InterfaceName(namespaces: namespaces, package: package, projections: projections)
    if skip("@") {
      let version = String(Substring(rest))
      name.version = version
      name.isVersionCanonical = try checkVersion(version)
    }
    return name
  }

  /// Whether a version is canonical; it is an error if it is neither that nor a semantic version.
  private func checkVersion(_ version: String) throws(NameError) -> Bool {
    let isCanonical = SemanticVersion.isCanonical(version)
    if isCanonical && features.contains(.componentCanonicalNames) { return true }
    do throws(NameError) {
      try SemanticVersion.check(version)
    } catch {
      throw NameError(
        "invalid interface version: \(error.message)",
        feature: isCanonical ? .componentCanonicalNames : nil)
    }
    return isCanonical
  }
}

extension String {
  /// A name as strongly-unique names are compared (Explainer, Name Uniqueness).
  var canonicalizedExternName: String {
    var name = asciiLowercased
    for annotation in ["[method]", "[static]"] where name.utf8.starts(with: annotation.utf8) {
      name = String(name.dropFirst(annotation.utf8.count))
      let labels = name.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
      if labels.count == 2, labels[0] == labels[1] { name = String(labels[0]) }
      break
    }
    return name
  }

  var asciiLowercased: String {
    String(
      decoding: utf8.map { (0x41...0x5A).contains($0) ? $0 + 0x20 : $0 }, as: UTF8.self)
  }
}
