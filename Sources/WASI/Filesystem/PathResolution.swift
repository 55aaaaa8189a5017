// How a guest's path becomes an open directory and a name in it (wasi:filesystem, path-resolution.md, "Implementing path
// resolution manually"). No file system resolves more than one name at a time, and none follows a link: every directory
// on the way is held open, `..` goes back to the one before, and a link's contents are resolved here like any other
// path. So no path, link or `..` can leave the base directory, and nobody who renames or replaces things meanwhile can
// make it: what was checked is what is open.

/// One name of a path: not empty, neither `.` nor `..`, without `/` and NUL. Only a path or a directory's entry makes one.
package struct PathComponent: Hashable, Sendable, CustomStringConvertible {
  package let name: String
  fileprivate init(_ name: some StringProtocol) { self.name = String(name) }
  package var description: String { name }

  /// An entry of a directory; nil for `.` and `..`.
  init?(entry name: String) {
    guard name != ".", name != ".." else { return nil }
    self.name = name
  }

  /// What every file system of today allows.
  static let maximumBytes = 255
}

/// What a path says, before anything is looked up.
struct ParsedPath {
  enum Step {
    case name(PathComponent)
    case parent
  }
  /// Last first, so that the next one is at the end.
  var steps: [Step] = []
  /// A slash or a dot at the end: what is named has to be a directory.
  var requiresDirectory = false

  /// As long as a path may be on the host.
  static let maximumBytes = 4096

  init(_ path: String) throws(SystemError) {
    guard !path.isEmpty else { throw .noEntry }
    guard !path.utf8.contains(0) else { throw .invalid }
    guard path.utf8.count < Self.maximumBytes else { throw .nameTooLong }
    guard path.utf8.first != UInt8(ascii: "/") else { throw .notPermitted }
    // Bytes, not characters: a combining mark after a slash does not make it another character to any file system.
    let parts = path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    for part in parts.reversed() {
      guard let name = String(part) else { throw .illegalByteSequence }
      switch name {
      case "", ".": continue
      case "..": steps.append(.parent)
      default:
        guard part.count <= PathComponent.maximumBytes else { throw .nameTooLong }
        steps.append(.name(PathComponent(name)))
      }
    }
    let last = parts.last.flatMap { String($0) }
    requiresDirectory = last == nil || ["", ".", ".."].contains(last)
  }
}

/// Where resolution ended.
enum ResolvedPath {
  /// A name in a directory. It may have nothing behind it, and may be a link if links were not to be followed.
  case name(PathComponent, in: any DirectoryNode, requiresDirectory: Bool)
  /// A directory that the path reaches without naming it last: `.`, `a/..`, or the base directory itself.
  case directory(any DirectoryNode)
}

/// The walk along one path.
struct PathResolution {
  private let base: any DirectoryNode
  /// The directories from below the base to where the walk is now. Only the last few are kept open, so that a long path
  /// does not use up the process's descriptors.
  private var trail: [(name: PathComponent, directory: (any DirectoryNode)?)] = []
  private var path: ParsedPath
  private var expandedLinks = 0

  /// As on Linux.
  static let maximumLinks = 40
  private static let keptOpen = 32

  init(_ path: String, in base: any DirectoryNode) throws(SystemError) {
    self.base = base
    self.path = try ParsedPath(path)
  }

  /// Resolves a path. Its last name is followed if it is a link and either the flags say so or a directory is required.
  static func resolve(
    _ path: String, in base: any DirectoryNode, _ flags: PathFlags
  ) throws(SystemError) -> ResolvedPath {
    var resolution = try PathResolution(path, in: base)
    while true {
      let resolved = try resolution.next()
      guard case .name(let name, _, let requiresDirectory) = resolved,
        flags.contains(.symlinkFollow) || requiresDirectory,
        try resolution.expand(name)
      else { return resolved }
    }
  }

  /// Walks up to the last name.
  mutating func next() throws(SystemError) -> ResolvedPath {
    while let step = path.steps.popLast() {
      switch step {
      case .parent:
        try leave()
      case .name(let name):
        if path.steps.isEmpty {
          return .name(name, in: current, requiresDirectory: path.requiresDirectory)
        }
        try enter(name)
      }
    }
    return .directory(current)
  }

  /// Goes on with the contents of a link in place of the name that `next` returned; false if it is none.
  mutating func expand(_ name: PathComponent) throws(SystemError) -> Bool {
    let contents: String
    do throws(SystemError) {
      contents = try current.readLink(name)
    } catch .invalid, .noEntry {
      return false
    }
    expandedLinks += 1
    guard expandedLinks <= Self.maximumLinks else { throw .loop }
    let target = try ParsedPath(contents)
    let wasLast = path.steps.isEmpty
    path.steps += target.steps
    if wasLast { path.requiresDirectory = path.requiresDirectory || target.requiresDirectory }
    return true
  }

  private var current: any DirectoryNode { trail.last?.directory ?? base }

  private mutating func enter(_ name: PathComponent) throws(SystemError) {
    do throws(SystemError) {
      trail.append((name, try current.openForLookup(name)))
      if trail.count > Self.keptOpen { trail[trail.count - Self.keptOpen - 1].directory = nil }
    } catch .notDirectory, .loop {
      guard try expand(name) else { throw .notDirectory }
    }
  }

  /// Goes back to the directory before, by `..`.
  private mutating func leave() throws(SystemError) {
    guard trail.popLast() != nil else { throw .notPermitted }
    guard let last = trail.last, last.directory == nil else { return }
    // It was not kept: walk the same names again, none of which was a link.
    var directory = base
    for index in trail.indices {
      directory = try directory.openForLookup(trail[index].name)
      if index >= trail.count - Self.keptOpen { trail[index].directory = directory }
    }
  }
}
