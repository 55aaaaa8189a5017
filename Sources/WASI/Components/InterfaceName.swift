// Names of WASI's interfaces, as components import them: `wasi:io/streams@0.2.3`.

/// An interface of WASI, in a version that there is a host for.
package struct InterfaceName: Hashable {
  /// Versions that differ only in their patch number link with each other (semantic versioning; 0.2.x only adds). A
  /// candidate of a release (`0.3.0-rc-2026-03-15`) links with nothing but itself, and there is no host for any.
  package enum Version {
    case preview2
    case preview3
  }
  /// `io/streams`
  package let path: String
  package let version: Version

  /// nil for other names and versions.
  package init?(_ name: String) {
    guard name.hasPrefix("wasi:"), let at = name.lastIndex(of: "@") else { return nil }
    path = String(name[..<at].dropFirst("wasi:".count))
    let version = name[name.index(after: at)...]
    let parts = version.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 2 || parts.count == 3 && Self.isNumber(parts[2]), parts[0] == "0" else {
      return nil
    }
    switch parts[1] {
    case "2": self.version = .preview2
    case "3": self.version = .preview3
    default: return nil
    }
  }

  /// Whether it is what commands export, `wasi:cli/run`.
  package var isRun: Bool { path == "cli/run" }

  private static func isNumber(_ text: Substring) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
  }
}
