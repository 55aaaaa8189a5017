// The file descriptors of a guest of WASI 0.1.

/// What a number stands for: an open file, a stream or a socket, with what WASI 0.1 keeps beside it.
final class OpenDescriptor {
  enum Object {
    case source(any ByteSource)
    case sink(any ByteSink)
    case file(Descriptor)
    case directory(Descriptor)
    case socket(TCPSocket)
  }

  let object: Object
  /// The name of a preopened directory.
  let preopenPath: String?
  var flags: FDFlags
  /// Where the next read or write of a file begins.
  var position: UInt64 = 0
  /// The entries of a directory that is being read, in the order in which cookies count them.
  var listing: [DirectoryEntry]?

  init(_ object: Object, flags: FDFlags = [], preopenPath: String? = nil) {
    self.object = object
    self.flags = flags
    self.preopenPath = preopenPath
  }

  var type: FileType {
    switch object {
    case .source(let source): source.isTerminal ? .characterDevice : .unknown
    case .sink(let sink): sink.isTerminal ? .characterDevice : .unknown
    case .file(let descriptor), .directory(let descriptor): FileType(descriptor.type)
    case .socket: .socketStream
    }
  }

  /// `fs_rights_base` and `fs_rights_inheriting`.
  var rights: (base: Rights, inheriting: Rights) {
    switch object {
    case .source: return ([.stream, .fdRead], [])
    case .sink: return ([.stream, .fdWrite], [])
    case .socket(let socket):
      if socket.isListening { return ([.stream, .sockAccept], [.stream, .fdRead, .fdWrite]) }
      return ([.stream, .fdRead, .fdWrite, .sockShutdown], [])
    case .directory: return (.directory, .all)
    case .file(let descriptor):
      var rights = Rights.file
      if !descriptor.flags.contains(.read) { rights.remove(.fdRead) }
      if !descriptor.flags.contains(.write) { rights.remove(.fdWrite) }
      // A terminal is known by its being a character device without a position.
      if type == .characterDevice { rights.subtract(.positioned) }
      return (rights, [])
    }
  }

  /// Whether it is something that bytes are read from, or written to.
  func canTransfer(writing: Bool) -> Bool {
    switch object {
    case .source: !writing
    case .sink: writing
    case .file, .socket: true
    case .directory: false
    }
  }

  /// When a read or write that would block can go on.
  func readiness(forWriting: Bool) -> Readiness {
    switch object {
    case .source(let source): source.readiness
    case .sink(let sink): sink.readiness
    case .file(let descriptor): descriptor.readiness(forWriting: forWriting)
    case .directory: .ready
    case .socket(let socket): socket.readiness(forWriting: forWriting)
    }
  }
}

/// Descriptors by number; a new one gets the lowest that is free.
struct DescriptorTable {
  private var entries: [OpenDescriptor?] = []
  private var firstFree = 0
  private static let maximumCount = 1 << 16

  subscript(number: UInt32) -> OpenDescriptor {
    get throws(Errno) {
      guard number < entries.count, let entry = entries[Int(number)] else { throw .badf }
      return entry
    }
  }

  mutating func insert(_ entry: OpenDescriptor) throws(Errno) -> UInt32 {
    while firstFree < entries.count, entries[firstFree] != nil { firstFree += 1 }
    guard firstFree < Self.maximumCount else { throw .mfile }
    if firstFree == entries.count { entries.append(nil) }
    entries[firstFree] = entry
    return UInt32(firstFree)
  }

  mutating func remove(_ number: UInt32) throws(Errno) {
    _ = try self[number]
    entries[Int(number)] = nil
    firstFree = min(firstFree, Int(number))
  }

  /// Gives a descriptor the number of another one, which is closed.
  mutating func renumber(_ number: UInt32, to target: UInt32) throws(Errno) {
    let entry = try self[number]
    _ = try self[target]
    if number == target { return }
    try remove(number)
    entries[Int(target)] = entry
  }
}
