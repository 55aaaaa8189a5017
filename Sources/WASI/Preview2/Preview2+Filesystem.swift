// wasi:filesystem/types of WASI 0.2: what is not in `DescriptorMethods`.

import ComponentRuntime

/// `directory-entry-stream`: entries as they were when it was made.
final class DirectoryEntryStream {
  private var entries: ArraySlice<DirectoryEntry>

  init(_ entries: [DirectoryEntry]) { self.entries = entries[...] }

  func next() -> DirectoryEntry? { entries.popFirst() }
}

extension Preview2 {
  private static let dialect = FilesystemDialect.preview2

  func filesystemTypes(_ name: String) -> ImportItem? {
    switch name {
    case "descriptor": descriptors.item
    case "directory-entry-stream": directoryEntryStreams.item
    // Also seen through this interface.
    case "input-stream": inputStreams.item
    case "output-stream": outputStreams.item
    case "error": errors.item
    case "[method]directory-entry-stream.read-directory-entry": readDirectoryEntry
    case "filesystem-error-code":
      world.function([.borrow], .option(Self.dialect.errorCode)) { [errors] arguments in
        .option(Self.dialect.value(try arguments.resource(0, errors)))
      }
    default:
      methodName(name, of: "descriptor").flatMap { method in
        descriptorMethod(method)
          ?? DescriptorMethods(world: world, descriptors: descriptors, dialect: .preview2)
          .item(method)
      }
    }
  }

  private func descriptorMethod(_ name: String) -> ImportItem? {
    switch name {
    case "read-via-stream":
      method([.u64], .own) { [self] descriptor, arguments in
        try descriptor.check(.read)
        return try own(FileSource(descriptor, from: arguments.u64(1)))
      }
    case "write-via-stream":
      method([.u64], .own) { [self] descriptor, arguments in
        try descriptor.check(.write)
        return try own(FileSink(descriptor, from: arguments.u64(1)))
      }
    case "append-via-stream":
      method([], .own) { [self] descriptor, _ in
        try descriptor.check(.write)
        return try own(FileSink(appendingTo: descriptor))
      }
    case "read":
      method([.u64, .u64], .tuple([.bytes, .bool])) { descriptor, arguments in
        let bytes = try descriptor.read(upTo: arguments.u64(1), at: arguments.u64(2))
        return .tuple([.bytes(bytes), .bool(bytes.isEmpty)])
      }
    case "write":
      method([.bytes, .u64], .u64) { descriptor, arguments in
        let offset = try arguments.u64(2)
        let count = try arguments.bytes(1).withUnsafeBytes { try descriptor.write($0, at: offset) }
        return .u64(UInt64(count))
      }
    case "read-directory":
      method([], .own) { [directoryEntryStreams] descriptor, _ in
        try directoryEntryStreams.own(DirectoryEntryStream(descriptor.readDirectory()))
      }
    default: nil
    }
  }

  private func method(
    _ parameters: [HostValueType], _ result: HostValueType,
    _ body: @escaping (Descriptor, Arguments) throws -> ComponentValue?
  ) -> ImportItem {
    world.function(
      [.borrow] + parameters, result, errors: Self.dialect.errors
    ) { [descriptors] arguments in
      try body(arguments.resource(0, descriptors), arguments)
    }
  }

  private var readDirectoryEntry: ImportItem {
    world.function(
      [.borrow], .option(Self.dialect.directoryEntry), errors: Self.dialect.errors
    ) { [directoryEntryStreams] arguments in
      let stream = try arguments.resource(0, directoryEntryStreams)
      return .option(stream.next().map(Self.dialect.value))
    }
  }
}

extension Descriptor {
  /// At most so many bytes, and no more than a chunk.
  fileprivate func read(upTo count: UInt64, at offset: UInt64) throws(SystemError) -> [UInt8] {
    let capacity = Int(min(count, 1 << 16))
    var outcome = Result<Int, SystemError>.success(0)
    let bytes = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, initialized in
      outcome = Result { () throws(SystemError) in
        try read(into: UnsafeMutableRawBufferPointer(buffer), at: offset)
      }
      initialized = (try? outcome.get()) ?? 0
    }
    _ = try outcome.get()
    return bytes
  }
}
