// `stat` of the system as `descriptor-stat`, and times the other way.

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

#if canImport(Darwin)
  typealias SystemStat = Darwin.stat
#elseif canImport(Musl)
  typealias SystemStat = Musl.stat
#else
  typealias SystemStat = Glibc.stat
#endif

extension DescriptorStat {
  init(_ status: SystemStat) {
    #if canImport(Darwin)
      let times = (status.st_atimespec, status.st_mtimespec, status.st_ctimespec)
    #else
      let times = (status.st_atim, status.st_mtim, status.st_ctim)
    #endif
    self.init(
      type: DescriptorType(mode: status.st_mode),
      linkCount: UInt64(status.st_nlink),
      size: UInt64(clamping: status.st_size),
      dataAccessTimestamp: WASIInstant(times.0),
      dataModificationTimestamp: WASIInstant(times.1),
      statusChangeTimestamp: WASIInstant(times.2),
      device: UInt64(truncatingIfNeeded: status.st_dev),
      inode: UInt64(status.st_ino))
  }
}

extension DescriptorType {
  init(mode: mode_t) {
    self =
      switch mode & S_IFMT {
      case S_IFBLK: .blockDevice
      case S_IFCHR: .characterDevice
      case S_IFDIR: .directory
      case S_IFIFO: .fifo
      case S_IFLNK: .symbolicLink
      case S_IFREG: .regularFile
      case S_IFSOCK: .socket
      default: .unknown
      }
  }

  /// nil if the directory does not know.
  init?(entryType: UInt8) {
    switch Int32(entryType) {
    case Int32(DT_BLK): self = .blockDevice
    case Int32(DT_CHR): self = .characterDevice
    case Int32(DT_DIR): self = .directory
    case Int32(DT_FIFO): self = .fifo
    case Int32(DT_LNK): self = .symbolicLink
    case Int32(DT_REG): self = .regularFile
    case Int32(DT_SOCK): self = .socket
    default: return nil
    }
  }
}

extension WASIInstant {
  init(_ time: timespec) {
    self.init(seconds: Int64(time.tv_sec), nanoseconds: UInt32(clamping: time.tv_nsec))
  }
}

extension timespec {
  init(_ timestamp: NewTimestamp) {
    // The special values of utimensat(2), which Swift does not see on Linux.
    #if canImport(Darwin)
      let (now, omit) = (-1, -2)
    #else
      let (now, omit) = ((1 << 30) - 1, (1 << 30) - 2)
    #endif
    switch timestamp {
    case .noChange: self.init(tv_sec: 0, tv_nsec: omit)
    case .now: self.init(tv_sec: 0, tv_nsec: now)
    case .timestamp(let instant):
      self.init(tv_sec: time_t(clamping: instant.seconds), tv_nsec: Int(instant.nanoseconds))
    }
  }
}

extension FileDescriptor {
  func status() throws(SystemError) -> DescriptorStat {
    var status = SystemStat()
    try checking { fstat(number, &status) }
    return DescriptorStat(status)
  }

  func setTimes(access: NewTimestamp, modification: NewTimestamp) throws(SystemError) {
    let times = [timespec(access), timespec(modification)]
    try checking { futimens(number, times) }
  }
}
