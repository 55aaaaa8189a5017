// What programs are told that use a file system in memory: the errors of the layer below, by a public name.

/// Why a file or directory of an `InMemoryFileSystem` could not be read or written.
public struct InMemoryFileSystemError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What kind of fault it is.
  public enum Reason: Hashable, Sendable {
    /// There is nothing of this name.
    case notFound
    /// It is a directory, and no file.
    case isDirectory
    /// It, or something on the way to it, is no directory.
    case notDirectory
    /// The path leads out of the file system.
    case outside
    /// The path is none that a file can have: a name in it is too long, or has a NUL.
    case invalidPath
    /// Symbolic links lead to each other.
    case tooManyLinks
    /// The contents would be larger than the file system's limit.
    case noSpace
    /// Anything else.
    case other
  }

  /// What kind of fault it is.
  public let reason: Reason
  /// The path that was asked for.
  public let path: String
  private let error: SystemError

  init(_ error: SystemError, _ path: String) {
    self.error = error
    self.path = path
    reason =
      switch error {
      case .noEntry: .notFound
      case .isDirectory: .isDirectory
      case .notDirectory, .exist: .notDirectory
      case .notPermitted, .access: .outside
      case .invalid, .nameTooLong, .illegalByteSequence: .invalidPath
      case .loop: .tooManyLinks
      case .insufficientSpace, .quota, .fileTooLarge, .insufficientMemory: .noSpace
      default: .other
      }
  }

  /// The path and what is wrong with it.
  public var description: String {
    let words =
      switch reason {
      case .notFound: "no such file or directory"
      case .isDirectory: "is a directory"
      case .notDirectory: "not a directory"
      case .outside: "the path leads out of the file system"
      case .invalidPath: "not a path"
      case .tooManyLinks: "too many symbolic links"
      case .noSpace: "the file system is full"
      case .other: "\(error)"
      }
    return "\(path): \(words)"
  }
}
