// wasi:filesystem/types of WASI 0.3: what is not in `DescriptorMethods`.

import ComponentRuntime

extension Preview3 {
  private static let dialect = FilesystemDialect.preview3

  func filesystemTypes(_ name: String) -> ImportItem? {
    if name == "descriptor" { return descriptors.item }
    guard let name = methodName(name, of: "descriptor") else { return nil }
    return streaming(name)
      ?? DescriptorMethods(world: world, descriptors: descriptors, dialect: .preview3).item(name)
  }

  private func streaming(_ name: String) -> ImportItem? {
    let errors = Self.dialect.errors
    return switch name {
    case "read-via-stream":
      world.function(
        [.borrow, .u64], .given(.u8, errors)
      ) { [world, descriptors] arguments in
        let descriptor = try arguments.resource(0, descriptors)
        let offset = try arguments.u64(1)
        return try SourceTask.start(world, errors) { () throws(SystemError) in
          try descriptor.check(.read)
          return FileSource(descriptor, from: offset)
        }
      }
    case "write-via-stream":
      writing([.u64]) { descriptor, arguments in
        FileSink(descriptor, from: try arguments.u64(2))
      }
    case "append-via-stream": writing([]) { descriptor, _ in FileSink(appendingTo: descriptor) }
    case "read-directory":
      world.function(
        [.borrow], .given(Self.dialect.directoryEntry, errors)
      ) { [self] arguments in
        try readDirectory(arguments.resource(0, descriptors))
      }
    default: nil
    }
  }

  private func writing(
    _ parameters: [HostValueType], _ sink: @escaping (Descriptor, Arguments) throws -> FileSink
  ) -> ImportItem {
    let errors = Self.dialect.errors
    return world.function(
      [.borrow, .stream(.u8)] + parameters, .taken(errors)
    ) { [world, descriptors] arguments in
      let descriptor = try arguments.resource(0, descriptors)
      let sink = try sink(descriptor, arguments)
      return try SinkTask.start(world, arguments.stream(1), errors) { () throws(SystemError) in
        try descriptor.check(.write)
        return sink
      }
    }
  }

  private func readDirectory(_ descriptor: Descriptor) throws -> ComponentValue {
    let (dialect, errors) = (Self.dialect, Self.dialect.errors)
    let stream = try world.store.makeCopy(isFuture: false, of: dialect.directoryEntry)
    let future = try world.makeResultFuture(errors)
    var entries: ArraySlice<DirectoryEntry> = []
    let task = ElementTask(world, stream.writable, future: future.writable, errors: errors) {
      entries.popFirst().map { .element(dialect.value($0)) } ?? .end
    }
    do throws(SystemError) {
      entries = try descriptor.readDirectory()[...]
      task.start(holding: stream.writable, future.writable)
    } catch {
      task.finish(error)
    }
    return .tuple([.stream(stream.readable), .future(future.readable)])
  }
}
