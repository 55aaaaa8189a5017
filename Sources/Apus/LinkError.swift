// Why a component could not be instantiated, and why a name was not found.

import ComponentRuntime

/// The imports that are missing or of another type, all of them.
public struct LinkError: Error, Sendable, Hashable, CustomStringConvertible {
  /// One import, or one export of an imported instance.
  public struct Problem: Sendable, Hashable, CustomStringConvertible {
    /// The import's name, and the names within it.
    public let path: [String]
    /// What the component wants, as WIT writes it.
    public let expected: String
    /// What there is under this name; nil for nothing.
    public let found: String?
    /// The name that is most like it among those there are, if any is.
    public let nearest: String?

    /// The problem in one line.
    public var description: String {
      let name = path.map { "`\($0)`" }.joined(separator: " ")
      let problem =
        found.map { "import \(name): expected \(expected), found \($0)" }
        ?? "missing import \(name): expected \(expected)"
      return problem + (nearest.map { " (there is `\($0)`)" } ?? "")
    }
  }

  /// All of them, in the order of the imports.
  public let problems: [Problem]

  /// The problems, one a line.
  public var description: String { problems.map(\.description).joined(separator: "\n") }
}

/// Why a component could not be instantiated.
public enum InstantiationError: Error, Sendable, CustomStringConvertible {
  /// Imports are missing or do not fit.
  case link(LinkError)
  /// What fits by name and kind does not fit in detail, as a core module that lacks an export.
  case unlinkable(String)
  /// A start function, or a limit.
  case call(CallError)
  /// What the linker was given to make imports of could not be had in this store, as a directory that cannot be opened.
  case host(any Error)

  /// What happened, in words.
  public var description: String {
    switch self {
    case .link(let error): error.description
    case .unlinkable(let message): message
    case .call(let error): error.description
    case .host(let error): "\(error)"
    }
  }

  init(_ failure: ComponentFailure) {
    if case .unlinkable(let message) = failure {
      self = .unlinkable(message)
    } else {
      self = .call(CallError(failure))
    }
  }
}

/// An export was not found, or is something else.
public struct LookupError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The name that was asked for.
  public let name: String
  /// What was asked for.
  public let expected: String
  /// What there is under the name; nil for nothing.
  public let found: String?
  /// The name that is most like it among those there are, if any is.
  public let nearest: String?

  /// The error in one line.
  public var description: String {
    (found.map { "export `\(name)`: expected \(expected), found \($0)" }
      ?? "no export named `\(name)`") + (nearest.map { " (there is `\($0)`)" } ?? "")
  }
}
