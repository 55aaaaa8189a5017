// The methods of `descriptor` that WASI 0.2 and 0.3 have in common: all but those that make streams. In 0.3 they are
// async functions, though none of them waits for anything but the disk.

import ComponentRuntime

/// `descriptor` of wasi:filesystem/types in one of its versions.
struct DescriptorMethods {
  let world: ComponentWorld
  let descriptors: ResourceTable<Descriptor>
  let dialect: FilesystemDialect

  func item(_ name: String) -> ImportItem? { itself(name) ?? looking(name) ?? changing(name) }

  private func method(
    _ parameters: [HostValueType] = [], _ result: HostValueType? = nil,
    _ body: @escaping (Descriptor, Arguments) throws -> ComponentValue?
  ) -> ImportItem {
    world.function(
      [.borrow] + parameters, result, errors: dialect.errors, isAsync: dialect == .preview3
    ) { [descriptors] arguments in
      try body(arguments.resource(0, descriptors), arguments)
    }
  }

  private static let pathFlags = HostValueType.flags(FilesystemDialect.pathFlags)
  private static let openFlags = HostValueType.flags(FilesystemDialect.openFlags)
  private static let descriptorFlags = HostValueType.flags(FilesystemDialect.descriptorFlags)

  // MARK: The descriptor itself

  private func itself(_ name: String) -> ImportItem? {
    let dialect = dialect
    return switch name {
    case "advise":
      method([.u64, .u64, .enum(FilesystemDialect.advice)]) { descriptor, arguments in
        let index = FilesystemDialect.advice.firstIndex(of: try arguments.label(3)) ?? 0
        try descriptor.advise(
          offset: arguments.u64(1), length: arguments.u64(2),
          Advice(rawValue: UInt8(index)) ?? .normal)
        return nil
      }
    case "sync-data":
      method { descriptor, _ in
        try descriptor.syncData()
        return nil
      }
    case "sync":
      method { descriptor, _ in
        try descriptor.sync()
        return nil
      }
    case "get-flags":
      method([], Self.descriptorFlags) { descriptor, _ in
        .flags(descriptor.flags, FilesystemDialect.descriptorFlags)
      }
    case "get-type":
      method([], dialect.descriptorType) { descriptor, _ in dialect.value(descriptor.type) }
    case "set-size":
      method([.u64]) { descriptor, arguments in
        try descriptor.setSize(arguments.u64(1))
        return nil
      }
    case "set-times":
      method([dialect.newTimestamp, dialect.newTimestamp]) { descriptor, arguments in
        try descriptor.setTimes(
          access: dialect.newTimestamp(arguments[1]),
          modification: dialect.newTimestamp(arguments[2]))
        return nil
      }
    case "is-same-object": isSameObject
    default: nil
    }
  }

  private var isSameObject: ImportItem {
    world.function(
      [.borrow, .borrow], .bool, isAsync: dialect == .preview3
    ) { [descriptors] arguments in
      let other = try arguments.resource(1, descriptors)
      return .bool(try arguments.resource(0, descriptors).isSameObject(as: other))
    }
  }

  // MARK: Looking

  private func looking(_ name: String) -> ImportItem? {
    let (dialect, descriptors) = (dialect, descriptors)
    return switch name {
    case "stat":
      method([], dialect.descriptorStat) { descriptor, _ in dialect.value(try descriptor.stat()) }
    case "stat-at":
      method([Self.pathFlags, .string], dialect.descriptorStat) { descriptor, arguments in
        dialect.value(try descriptor.stat(at: arguments.string(2), arguments.pathFlags(1)))
      }
    case "metadata-hash":
      method([], FilesystemDialect.metadataHash) { descriptor, _ in
        Self.value(try descriptor.metadataHash())
      }
    case "metadata-hash-at":
      method([Self.pathFlags, .string], FilesystemDialect.metadataHash) { descriptor, arguments in
        Self.value(try descriptor.metadataHash(at: arguments.string(2), arguments.pathFlags(1)))
      }
    case "readlink-at":
      method([.string], .string) { descriptor, arguments in
        .string(try descriptor.readLink(at: arguments.string(1)))
      }
    case "open-at":
      method(
        [Self.pathFlags, .string, Self.openFlags, Self.descriptorFlags], .own
      ) { descriptor, arguments in
        try descriptors.own(
          descriptor.open(
            at: arguments.string(2), arguments.pathFlags(1),
            arguments.flags(3, FilesystemDialect.openFlags),
            arguments.flags(4, FilesystemDialect.descriptorFlags)))
      }
    default: nil
    }
  }

  private static func value(_ hash: MetadataHashValue) -> ComponentValue {
    .record(["lower": .u64(hash.lower), "upper": .u64(hash.upper)])
  }

  // MARK: Changing

  private func changing(_ name: String) -> ImportItem? {
    switch name {
    case "create-directory-at": at { try $0.createDirectory(at: $1) }
    case "remove-directory-at": at { try $0.removeDirectory(at: $1) }
    case "unlink-file-at": at { try $0.unlinkFile(at: $1) }
    case "symlink-at":
      method([.string, .string]) { descriptor, arguments in
        try descriptor.symlink(contents: arguments.string(1), at: arguments.string(2))
        return nil
      }
    case "link-at":
      method([Self.pathFlags, .string, .borrow, .string]) { [descriptors] descriptor, arguments in
        try descriptor.link(
          at: arguments.string(2), arguments.pathFlags(1), to: arguments.resource(3, descriptors),
          arguments.string(4))
        return nil
      }
    case "rename-at":
      method([.string, .borrow, .string]) { [descriptors] descriptor, arguments in
        try descriptor.rename(
          arguments.string(1), to: arguments.resource(2, descriptors), arguments.string(3))
        return nil
      }
    case "set-times-at":
      method(
        [Self.pathFlags, .string, dialect.newTimestamp, dialect.newTimestamp]
      ) { [dialect] descriptor, arguments in
        try descriptor.setTimes(
          at: arguments.string(2), arguments.pathFlags(1),
          access: dialect.newTimestamp(arguments[3]),
          modification: dialect.newTimestamp(arguments[4]))
        return nil
      }
    default: nil
    }
  }

  private func at(_ body: @escaping (Descriptor, String) throws -> Void) -> ImportItem {
    method([.string]) { descriptor, arguments in
      try body(descriptor, arguments.string(1))
      return nil
    }
  }
}

extension Arguments {
  fileprivate func pathFlags(_ index: Int) throws -> PathFlags {
    try flags(index, FilesystemDialect.pathFlags)
  }
}

/// wasi:filesystem/preopens
struct Preopens {
  private let world: ComponentWorld
  private let descriptors: ResourceTable<Descriptor>

  init(_ world: ComponentWorld, _ descriptors: ResourceTable<Descriptor>) {
    self.world = world
    self.descriptors = descriptors
  }

  func item(_ name: String) -> ImportItem? {
    switch name {
    case "descriptor": descriptors.item
    case "get-directories":
      world.function([], .list(.tuple([.own, .string]))) { [world, descriptors] _ in
        .list(
          try world.context.preopens.map {
            .tuple([try descriptors.own($0.descriptor), .string($0.path)])
          })
      }
    default: nil
    }
  }
}
