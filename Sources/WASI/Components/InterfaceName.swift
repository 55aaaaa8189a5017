// Names of WASI's interfaces, as components import them: `wasi:io/streams@0.2.3`.

/// An interface of WASI, in a version that there is a host for.
struct InterfaceName: Hashable {
  /// Versions that differ only in their patch number link with each other (semantic versioning; 0.2.x only adds).
  enum Version {
    case preview2
    case preview3
  }
  /// `io/streams`
  let path: String
  let version: Version

  /// nil for other names and versions.
  init?(_ name: String) {
    guard name.hasPrefix("wasi:"), let at = name.lastIndex(of: "@") else { return nil }
    path = String(name[..<at].dropFirst("wasi:".count))
    let version = name[name.index(after: at)...]
    let parts = version.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count >= 2, parts[0] == "0" else { return nil }
    let isRelease = parts.count == 2 || parts.count == 3 && Self.isNumber(parts[2])
    switch parts[1] {
    case "2" where isRelease: self.version = .preview2
    // Candidates are taken at their word: where they differ from the release, a type does not match.
    case "3" where isRelease || version.hasPrefix("0.3.0-rc-"): self.version = .preview3
    default: return nil
    }
  }

  private static func isNumber(_ text: Substring) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
  }
}
