// Where the reference suites are: beside the package, or where APUS_SUITES says.

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

package enum Suites {
  /// The folder that holds `core`.
  package static let root: String = {
    if let path = getenv("APUS_SUITES") { return String(cString: path) }
    return "\(packageFolder)/../shared/suites"
  }()

  /// The package's folder: this file is Tests/TestSupport/Suites.swift of it.
  package static let packageFolder =
    "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")

  /// A script and its path below the folder it was found in.
  package struct Script: Sendable, CustomStringConvertible {
    package var path: String
    package var name: String
    package var description: String { name }

    /// The name without the file's.
    package var folder: String {
      name.lastIndex(of: "/").map { String(name[..<$0]) } ?? ""
    }
  }

  /// The scripts of the core suite in alphabetical order; the old exception instructions are no part of the standard.
  package static let core: [Script] = scripts(below: "\(root)/core", excluding: ["legacy"])

  /// The scripts of the Component Model's suite.
  package static let component: [Script] = scripts(below: "\(root)/component", excluding: [])

  /// The package's own scripts, with `own/` in front of their names.
  package static let own: [Script] = scripts(below: "\(packageFolder)/Tests/Wast", excluding: [])
    .map {
      Script(path: $0.path, name: "own/\($0.name)")
    }

  package static func scripts(below folder: String, excluding: Set<String>) -> [Script] {
    var found: [Script] = []
    var pending = [""]
    while let relative = pending.popLast() {
      guard let directory = opendir("\(folder)/\(relative)") else { continue }
      defer { closedir(directory) }
      while let entry = readdir(directory) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
          pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        let path = relative.isEmpty ? name : "\(relative)/\(name)"
        if name.hasPrefix(".") || excluding.contains(path) { continue }
        if name.hasSuffix(".wast") {
          found.append(Script(path: "\(folder)/\(path)", name: path))
        } else if !name.contains(".") {
          pending.append(path)
        }
      }
    }
    return found.sorted { $0.name < $1.name }
  }
}
