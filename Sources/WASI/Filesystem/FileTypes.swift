// The vocabulary of wasi:filesystem/types, in its order and with its names.

/// `descriptor-type`.
package enum DescriptorType: Hashable, Sendable {
  case unknown
  case blockDevice
  case characterDevice
  case directory
  case fifo
  case symbolicLink
  case regularFile
  case socket
}

/// `descriptor-flags`.
package struct DescriptorFlags: OptionSet, Hashable, Sendable {
  package let rawValue: UInt8
  package init(rawValue: UInt8) { self.rawValue = rawValue }

  package static let read = DescriptorFlags(rawValue: 1 << 0)
  package static let write = DescriptorFlags(rawValue: 1 << 1)
  package static let fileIntegritySync = DescriptorFlags(rawValue: 1 << 2)
  package static let dataIntegritySync = DescriptorFlags(rawValue: 1 << 3)
  package static let requestedWriteSync = DescriptorFlags(rawValue: 1 << 4)
  package static let mutateDirectory = DescriptorFlags(rawValue: 1 << 5)
}

/// `path-flags`.
package struct PathFlags: OptionSet, Hashable, Sendable {
  package let rawValue: UInt8
  package init(rawValue: UInt8) { self.rawValue = rawValue }

  package static let symlinkFollow = PathFlags(rawValue: 1 << 0)
}

/// `open-flags`.
package struct OpenFlags: OptionSet, Hashable, Sendable {
  package let rawValue: UInt8
  package init(rawValue: UInt8) { self.rawValue = rawValue }

  package static let create = OpenFlags(rawValue: 1 << 0)
  package static let directory = OpenFlags(rawValue: 1 << 1)
  package static let exclusive = OpenFlags(rawValue: 1 << 2)
  package static let truncate = OpenFlags(rawValue: 1 << 3)
}

/// `descriptor-stat`, with what says which object it is.
package struct DescriptorStat: Hashable, Sendable {
  package var type: DescriptorType
  package var linkCount: UInt64
  package var size: UInt64
  package var dataAccessTimestamp: WASIInstant
  package var dataModificationTimestamp: WASIInstant
  package var statusChangeTimestamp: WASIInstant
  /// Only WASI 0.1 shows the next two to guests.
  package var device: UInt64
  package var inode: UInt64
}

/// `new-timestamp`.
package enum NewTimestamp: Hashable, Sendable {
  case noChange
  case now
  case timestamp(WASIInstant)
}

/// `directory-entry`.
package struct DirectoryEntry: Hashable, Sendable {
  package var type: DescriptorType
  package var name: String
  package var inode: UInt64
}

/// `advice`.
package enum Advice: UInt8, Hashable, Sendable {
  case normal, sequential, random, willNeed, dontNeed, noReuse
}

/// `metadata-hash-value`.
package struct MetadataHashValue: Hashable, Sendable {
  package var lower: UInt64
  package var upper: UInt64
}

extension DescriptorStat {
  /// What `metadata-hash` returns. The secret keeps guests from reading device and inode numbers out of it.
  package var metadataHash: MetadataHashValue {
    func hash(_ discriminator: Int) -> UInt64 {
      var hasher = Hasher()
      hasher.combine(discriminator)
      hasher.combine(device)
      hasher.combine(inode)
      hasher.combine(size)
      hasher.combine(dataModificationTimestamp)
      hasher.combine(statusChangeTimestamp)
      return UInt64(bitPattern: Int64(hasher.finalize()))
    }
    return MetadataHashValue(lower: hash(0), upper: hash(1))
  }
}
