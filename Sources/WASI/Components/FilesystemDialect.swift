// The vocabulary of wasi:filesystem/types as each version writes it.

import ComponentRuntime

/// A version's way to write the types of wasi:filesystem.
enum FilesystemDialect {
  case preview2
  case preview3

  // MARK: Types

  static let datetime = HostValueType.record([.init("seconds", .u64), .init("nanoseconds", .u32)])
  static let instant = HostValueType.record([.init("seconds", .s64), .init("nanoseconds", .u32)])

  var time: HostValueType {
    switch self {
    case .preview2: Self.datetime
    case .preview3: Self.instant
    }
  }

  var descriptorType: HostValueType {
    switch self {
    case .preview2: .enum(["unknown"] + Self.typeLabels)
    case .preview3: .codes(Self.typeLabels)
    }
  }

  var errorCode: HostValueType {
    let labels = Self.errorLabels
    return switch self {
    case .preview2: .enum([labels[0], "would-block"] + labels.dropFirst())
    case .preview3: .codes(labels)
    }
  }

  static let descriptorFlags = [
    "read", "write", "file-integrity-sync", "data-integrity-sync", "requested-write-sync",
    "mutate-directory",
  ]
  static let pathFlags = ["symlink-follow"]
  static let openFlags = ["create", "directory", "exclusive", "truncate"]
  static let advice = ["normal", "sequential", "random", "will-need", "dont-need", "no-reuse"]

  private static let typeLabels = [
    "block-device", "character-device", "directory", "fifo", "symbolic-link", "regular-file",
    "socket",
  ]

  private static let errorLabels = [
    "access", "already", "bad-descriptor", "busy", "deadlock", "quota", "exist", "file-too-large",
    "illegal-byte-sequence", "in-progress", "interrupted", "invalid", "io", "is-directory", "loop",
    "too-many-links", "message-size", "name-too-long", "no-device", "no-entry", "no-lock",
    "insufficient-memory", "insufficient-space", "not-directory", "not-empty", "not-recoverable",
    "unsupported", "no-tty", "no-such-device", "overflow", "not-permitted", "pipe", "read-only",
    "invalid-seek", "text-file-busy", "cross-device",
  ]

  var descriptorStat: HostValueType {
    .record([
      .init("type", descriptorType), .init("link-count", .u64), .init("size", .u64),
      .init("data-access-timestamp", .option(time)),
      .init("data-modification-timestamp", .option(time)),
      .init("status-change-timestamp", .option(time)),
    ])
  }

  var newTimestamp: HostValueType {
    .variant([.init("no-change"), .init("now"), .init("timestamp", time)])
  }

  var directoryEntry: HostValueType {
    .record([.init("type", descriptorType), .init("name", .string)])
  }

  static let metadataHash = HostValueType.record([.init("lower", .u64), .init("upper", .u64)])

  // MARK: Values

  static func datetime(_ instant: WASIInstant) -> ComponentValue {
    .record([
      "seconds": .u64(UInt64(clamping: instant.seconds)), "nanoseconds": .u32(instant.nanoseconds),
    ])
  }

  static func instant(_ instant: WASIInstant) -> ComponentValue {
    .record(["seconds": .s64(instant.seconds), "nanoseconds": .u32(instant.nanoseconds)])
  }

  private func value(_ instant: WASIInstant) -> ComponentValue {
    switch self {
    case .preview2: Self.datetime(instant)
    case .preview3: Self.instant(instant)
    }
  }

  /// A time that a guest gives; `invalid` if it is none.
  private func instant(_ value: ComponentValue) throws -> WASIInstant {
    let nanoseconds = try value.field("nanoseconds").asU32()
    guard nanoseconds < 1_000_000_000 else { throw SystemError.invalid }
    let field = try value.field("seconds")
    let seconds =
      switch self {
      case .preview2: Int64(exactly: try field.asU64())
      case .preview3: try field.asS64()
      }
    guard let seconds else { throw SystemError.overflow }
    return WASIInstant(seconds: seconds, nanoseconds: nanoseconds)
  }

  func newTimestamp(_ value: ComponentValue) throws -> NewTimestamp {
    switch try value.asCase() {
    case ("timestamp", let payload?): .timestamp(try instant(payload))
    case ("now", _): .now
    default: .noChange
    }
  }

  func value(_ type: DescriptorType) -> ComponentValue {
    let label: String? =
      switch type {
      case .unknown: nil
      case .blockDevice: "block-device"
      case .characterDevice: "character-device"
      case .directory: "directory"
      case .fifo: "fifo"
      case .symbolicLink: "symbolic-link"
      case .regularFile: "regular-file"
      case .socket: "socket"
      }
    return switch self {
    case .preview2: .enum(label ?? "unknown")
    case .preview3: .code(label)
    }
  }

  func value(_ status: DescriptorStat) -> ComponentValue {
    .record([
      "type": value(status.type), "link-count": .u64(status.linkCount), "size": .u64(status.size),
      "data-access-timestamp": .option(value(status.dataAccessTimestamp)),
      "data-modification-timestamp": .option(value(status.dataModificationTimestamp)),
      "status-change-timestamp": .option(value(status.statusChangeTimestamp)),
    ])
  }

  func value(_ entry: DirectoryEntry) -> ComponentValue {
    .record(["type": value(entry.type), "name": .string(entry.name)])
  }

  // MARK: Errors

  var errors: ErrorCode {
    ErrorCode(errorCode) { error in (error as? SystemError).map(value) }
  }

  func value(_ error: SystemError) -> ComponentValue {
    switch (self, error) {
    case (.preview2, .wouldBlock): .enum("would-block")
    case (.preview2, _): .enum(Self.label(error) ?? "io")
    case (.preview3, _): .code(Self.label(error))
    }
  }

  /// nil for what has no code of its own. Sockets have codes that files do not.
  private static func label(_ error: SystemError) -> String? {
    switch error {
    case .access: "access"
    case .already, .concurrencyConflict: "already"
    case .badDescriptor: "bad-descriptor"
    case .busy, .addressInUse: "busy"
    case .deadlock: "deadlock"
    case .quota: "quota"
    case .exist: "exist"
    case .fileTooLarge: "file-too-large"
    case .illegalByteSequence: "illegal-byte-sequence"
    case .inProgress: "in-progress"
    case .interrupted: "interrupted"
    case .invalid, .invalidState, .notInProgress, .addressNotBindable: "invalid"
    case .io: "io"
    case .isDirectory: "is-directory"
    case .loop: "loop"
    case .tooManyLinks: "too-many-links"
    case .messageSize: "message-size"
    case .nameTooLong: "name-too-long"
    case .noDevice: "no-device"
    case .noEntry: "no-entry"
    case .noLock: "no-lock"
    case .insufficientMemory: "insufficient-memory"
    case .insufficientSpace: "insufficient-space"
    case .notDirectory: "not-directory"
    case .notEmpty: "not-empty"
    case .notRecoverable: "not-recoverable"
    case .unsupported: "unsupported"
    case .noTTY: "no-tty"
    case .noSuchDevice: "no-such-device"
    case .overflow: "overflow"
    case .notPermitted: "not-permitted"
    case .pipe: "pipe"
    case .readOnly: "read-only"
    case .invalidSeek: "invalid-seek"
    case .textFileBusy: "text-file-busy"
    case .crossDevice: "cross-device"
    case .wouldBlock, .descriptorLimit, .timeout, .remoteUnreachable, .connectionRefused,
      .connectionReset, .connectionAborted, .nameUnresolvable, .temporaryResolverFailure,
      .permanentResolverFailure, .unknown:
      nil
    }
  }
}

extension ComponentValue {
  /// A case of `HostValueType.codes`; nil for `other`.
  static func code(_ label: String?) -> ComponentValue {
    guard let label else { return .variant(label: "other", payload: .option(nil)) }
    return .variant(label: label, payload: nil)
  }

  /// The labels of the bits that are set.
  static func flags<Flags: OptionSet>(_ flags: Flags, _ labels: [String]) -> ComponentValue
  where Flags.RawValue == UInt8 {
    .flags(
      labels.enumerated().compactMap {
        flags.rawValue >> UInt8($0.offset) & 1 == 1 ? $0.element : nil
      })
  }
}
