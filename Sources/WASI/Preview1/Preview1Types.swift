// The flags and enumerations of typenames.witx that functions look at, with their names and in their order.

/// `rights`. Only those for reading and writing decide anything, when a file is opened: they are what open flags became.
struct Rights: OptionSet {
  let rawValue: UInt64

  static let fdDatasync = Rights(rawValue: 1 << 0)
  static let fdRead = Rights(rawValue: 1 << 1)
  static let fdSeek = Rights(rawValue: 1 << 2)
  static let fdFdstatSetFlags = Rights(rawValue: 1 << 3)
  static let fdSync = Rights(rawValue: 1 << 4)
  static let fdTell = Rights(rawValue: 1 << 5)
  static let fdWrite = Rights(rawValue: 1 << 6)
  static let fdAdvise = Rights(rawValue: 1 << 7)
  static let fdAllocate = Rights(rawValue: 1 << 8)
  static let fdReaddir = Rights(rawValue: 1 << 14)
  static let fdFilestatGet = Rights(rawValue: 1 << 21)
  static let fdFilestatSetSize = Rights(rawValue: 1 << 22)
  static let fdFilestatSetTimes = Rights(rawValue: 1 << 23)
  static let pollFdReadwrite = Rights(rawValue: 1 << 27)
  static let sockShutdown = Rights(rawValue: 1 << 28)
  static let sockAccept = Rights(rawValue: 1 << 29)

  static let all = Rights(rawValue: 1 << 30 - 1)
  /// What only files that have a position can do.
  static let positioned: Rights = [
    .fdSeek, .fdTell, .fdAdvise, .fdAllocate, .fdFilestatSetSize,
  ]
  static let file: Rights = [
    .positioned, .fdDatasync, .fdRead, .fdFdstatSetFlags, .fdSync, .fdWrite, .fdFilestatGet,
    .fdFilestatSetTimes, .pollFdReadwrite,
  ]
  static let directory = all.subtracting([
    .fdRead, .fdWrite, .positioned, .sockShutdown, .sockAccept,
  ])
  static let stream: Rights = [.fdFdstatSetFlags, .fdFilestatGet, .pollFdReadwrite]
}

/// `fdflags`.
struct FDFlags: OptionSet {
  let rawValue: UInt16

  static let append = FDFlags(rawValue: 1 << 0)
  static let dsync = FDFlags(rawValue: 1 << 1)
  static let nonblock = FDFlags(rawValue: 1 << 2)
  static let rsync = FDFlags(rawValue: 1 << 3)
  static let sync = FDFlags(rawValue: 1 << 4)
  static let all: FDFlags = [.append, .dsync, .nonblock, .rsync, .sync]
}

/// `fstflags`.
struct FSTFlags: OptionSet {
  let rawValue: UInt16

  static let atim = FSTFlags(rawValue: 1 << 0)
  static let atimNow = FSTFlags(rawValue: 1 << 1)
  static let mtim = FSTFlags(rawValue: 1 << 2)
  static let mtimNow = FSTFlags(rawValue: 1 << 3)
  static let all: FSTFlags = [.atim, .atimNow, .mtim, .mtimNow]

  /// The two times that a `..._set_times` function gets.
  func timestamps(
    _ access: UInt64, _ modification: UInt64
  ) throws -> (NewTimestamp, NewTimestamp) {
    guard isSubset(of: .all), !contains([.atim, .atimNow]), !contains([.mtim, .mtimNow]) else {
      throw Errno.inval
    }
    func choose(_ set: FSTFlags, _ setNow: FSTFlags, _ timestamp: UInt64) -> NewTimestamp {
      if contains(setNow) { return .now }
      return contains(set) ? .timestamp(WASIInstant(timestamp: timestamp)) : .noChange
    }
    return (choose(.atim, .atimNow, access), choose(.mtim, .mtimNow, modification))
  }
}

/// `whence`.
enum Whence: UInt8 {
  case set, cur, end
}

/// `clockid`.
enum ClockID: UInt32 {
  case realtime, monotonic, processCPUTime, threadCPUTime
}

/// `filetype`.
enum FileType: UInt8 {
  case unknown, blockDevice, characterDevice, directory, regularFile, socketDgram, socketStream
  case symbolicLink

  init(_ type: DescriptorType) {
    self =
      switch type {
      case .unknown, .fifo: .unknown
      case .blockDevice: .blockDevice
      case .characterDevice: .characterDevice
      case .directory: .directory
      case .symbolicLink: .symbolicLink
      case .regularFile: .regularFile
      case .socket: .socketStream
      }
  }
}
