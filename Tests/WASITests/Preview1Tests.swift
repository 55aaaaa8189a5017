// WASI 0.1, function by function.

import Testing
import WasmExecution

@testable import WASI

@Suite struct Preview1Tests {
  @Test func argumentsAndEnvironment() throws {
    let guest = try Preview1Guest {
      $0.arguments = ["program", "", "ä"]
      $0.environment = [("A", "1"), ("B", "x=y")]
    }
    #expect(try guest.call("args_sizes_get", 8, 12) == .success)
    #expect(guest.u32(8) == 3 && guest.u32(12) == 12)
    #expect(try guest.call("args_get", 16, 100) == .success)
    #expect([guest.u32(16), guest.u32(20), guest.u32(24)] == [100, 108, 109])
    #expect(guest.text(100, 12) == "program\0\0ä\0")
    #expect(try guest.call("environ_sizes_get", 8, 12) == .success)
    #expect(guest.u32(8) == 2 && guest.u32(12) == 10)
    #expect(try guest.call("environ_get", 16, 100) == .success)
    #expect(guest.text(100, 10) == "A=1\0B=x=y\0")
  }

  @Test func pointersTrap() throws {
    let guest = try Preview1Guest { $0.arguments = ["x"] }
    for (name, arguments) in [
      ("args_sizes_get", [131072, 8]), ("args_sizes_get", [8, -4]), ("args_get", [8, 131071]),
      ("random_get", [0, 131073]), ("random_get", [1, 1 << 27]), ("fd_write", [1, 131064, 2, 8]),
      ("fd_write", [1, 0, 1 << 24, 8]), ("fd_fdstat_get", [0, 131064]),
      ("poll_oneoff", [0, 0, 1 << 20, 8]), ("clock_time_get", [0, 0, 131068]),
    ] {
      let error = #expect(throws: InvocationError.self, "\(name)") {
        try guest.call(name, arguments)
      }
      guard case .trap(let trap) = error else {
        Issue.record("\(name): no trap")
        continue
      }
      #expect(trap.reason == .memoryOutOfBounds || trap.detail == "misaligned pointer")
    }
    guest.put([130000, 2000], at: 512)
    guard case .trap = try guest.failure("fd_read", 0, 512, 1, 8) else {
      Issue.record("no trap")
      return
    }
  }

  /// No bytes are nowhere.
  @Test func pointersToNothing() throws {
    let output = CapturedOutput()
    let guest = try Preview1Guest {
      $0.standardInput = .bytes([65, 66])
      $0.standardOutput = .captured(output)
    }
    #expect(try guest.call("random_get", 131072, 0) == .success)
    #expect(try guest.call("random_get", -1, 0) == .success)
    #expect(try guest.call("fd_write", 1, -1, 0, 8) == .success)
    guest.put([.max, 0, 4096, 2], at: 512)
    #expect(try guest.call("fd_read", 0, 512, 1, 8) == .success)
    #expect(guest.u32(8) == 0)
    #expect(try guest.call("fd_read", 0, 512, 2, 8) == .success)
    #expect(guest.u32(8) == 2 && guest.text(4096, 2) == "AB")
    #expect(try guest.call("fd_write", 1, 512, 2, 8) == .success)
    #expect(output.text == "AB")
  }

  /// Lengths that no guest can mean.
  @Test func absurdLengths() throws {
    let tree = try TestTree(.memory)
    let guest = try Preview1Guest(preopening: tree.inside)
    guest.put([4096, .max], at: 512)
    guest.put([4096, 1 << 27 + 1], at: 520)
    for (name, arguments) in [
      ("poll_oneoff", [64, 256, -1, 8]), ("poll_oneoff", [64, 256, 1 << 24, 8]),
      ("fd_read", [0, 512, 1, 8]), ("fd_read", [0, 520, 1, 8]), ("fd_read", [0, 512, -1, 8]),
      ("fd_write", [1, 512, 1, 8]), ("fd_pread", [4, 512, -1, 0, 8]), ("random_get", [0, -1]),
      ("fd_readdir", [3, 4096, -1, 0, 8]), ("path_unlink_file", [3, 1024, -1]),
    ] {
      #expect(try guest.open("file").0 == .success)
      #expect(try guest.call(name, arguments) == .nomem, "\(name) \(arguments)")
    }
  }

  @Test func exit() throws {
    let guest = try Preview1Guest { _ in }
    guard case .host(let error, _) = try guest.failure("proc_exit", 300) else {
      Issue.record("no exit")
      return
    }
    #expect(error as? WASIExit == WASIExit(code: 300))
    #expect(try guest.call("proc_raise", 9) == .notsup)
    #expect(try guest.call("sched_yield") == .success)
  }

  @Test func standardStreams() throws {
    let (output, errors) = (CapturedOutput(), CapturedOutput())
    let guest = try Preview1Guest {
      $0.standardInput = .bytes(Array("input".utf8))
      $0.standardOutput = .captured(output)
      $0.standardError = .captured(errors)
    }
    #expect(try guest.read(0) == (.success, "input"))
    #expect(try guest.read(0) == (.success, ""))
    #expect(try guest.write(1, "one ") == .success)
    #expect(try guest.write(1, "two") == .success)
    #expect(try guest.write(2, "three") == .success)
    #expect(output.text == "one two" && errors.text == "three")
    #expect(try guest.read(1).0 == .badf)
    #expect(try guest.write(0, "x") == .badf)
    #expect(try guest.call("fd_seek", 1, 0, 0, 8) == .spipe)
    #expect(try guest.call("fd_filestat_set_size", 1, 0) == .spipe)
    #expect(try guest.call("fd_prestat_get", 1, 8) == .badf)
    #expect(try guest.call("fd_fdstat_get", 1, 64) == .success)
    #expect(guest.u64(72) & Rights.fdSeek.rawValue == 0)
    #expect(try guest.call("fd_close", 1) == .success)
    #expect(try guest.write(1, "x") == .badf)
    #expect(try guest.call("fd_close", 1) == .badf)
  }

  @Test(arguments: FileSystemKind.allCases)
  func files(_ kind: FileSystemKind) throws {
    let tree = try TestTree(kind)
    defer { tree.keep() }
    let guest = try Preview1Guest(preopening: tree.inside)
    let both: Rights = [.fdRead, .fdWrite]
    let (errno, file) = try guest.open("new", [.create, .exclusive], both)
    #expect(errno == .success && file == 4)
    #expect(try guest.write(file, "hello world") == .success)
    #expect(try guest.call("fd_tell", 4, 8) == .success)
    #expect(guest.u64(8) == 11)
    #expect(try guest.call("fd_seek", 4, -5, 1, 8) == .success)
    #expect(try guest.read(file) == (.success, "world"))
    #expect(try guest.call("fd_seek", 4, -12, 2, 8) == .inval)
    #expect(try guest.call("fd_seek", 4, -1, 0, 8) == .inval)
    #expect(try guest.call("fd_seek", 4, .min, 1, 8) == .inval)
    #expect(try guest.call("fd_seek", 4, .max, 1, 8) == .inval)
    #expect(try guest.call("fd_seek", 4, 0, 3, 8) == .inval)
    #expect(try guest.call("fd_seek", 4, 100, 0, 8) == .success)
    #expect(try guest.read(file) == (.success, ""))
    #expect(try guest.call("fd_filestat_set_size", 4, -1) == .fbig)
    #expect(try guest.call("fd_filestat_set_size", 4, 5) == .success)
    #expect(try guest.call("fd_allocate", 4, 2, 6) == .success)
    #expect(try guest.call("fd_allocate", 4, -1, 6) == .fbig)
    #expect(try guest.call("fd_allocate", 4, 0, 0) == .inval)
    #expect(try guest.call("fd_advise", 4, 0, 0, 6) == .inval)
    #expect(try guest.call("fd_filestat_get", 4, 64) == .success)
    #expect(guest.u64(96) == 8 && guest.memory[80] == FileType.regularFile.rawValue)
    guest.put([4096, 3], at: 512)
    #expect(try guest.call("fd_pread", 4, 512, 1, 1, 8) == .success)
    #expect(guest.u32(8) == 3 && guest.text(4096, 3) == "ell")
    #expect(try guest.call("fd_pread", 4, 512, 1, -1, 8) == .inval)
    #expect(try guest.call("fd_pwrite", 4, 512, 1, -1, 8) == .inval)
    let (_, appending) = try guest.open("new", [], both, flags: .append)
    #expect(try guest.write(appending, "!") == .success)
    #expect(try guest.call("fd_tell", Int(appending), 8) == .success)
    #expect(guest.u64(8) == 9)
    #expect(try tree.inside.text("new") == "hello\0\0\0!")
    #expect(try guest.call("fd_filestat_set_times", 4, 1, 2, 3) == .inval)
    #expect(try guest.call("fd_filestat_set_times", 4, 1, 2, 5) == .success)
    #expect(try guest.call("fd_sync", 4) == .success)
  }

  @Test(arguments: FileSystemKind.allCases)
  func directories(_ kind: FileSystemKind) throws {
    let tree = try TestTree(kind)
    defer { tree.keep() }
    let guest = try Preview1Guest(preopening: tree.inside)
    #expect(try guest.call("fd_prestat_get", 3, 8) == .success)
    #expect(guest.u32(12) == 1)
    #expect(try guest.call("fd_prestat_dir_name", 3, 8, 0) == .nametoolong)
    #expect(try guest.call("fd_prestat_dir_name", 3, 8, 1) == .success)
    let (_, folder) = try guest.open("dir", .directory)
    // Entry by entry, each too large for the rest of the buffer.
    var names: [String] = []
    var cookie = 0
    while true {
      #expect(try guest.call("fd_readdir", Int(folder), 4096, 31, cookie, 8) == .success)
      if guest.u32(8) < 24 { break }
      cookie = Int(guest.u64(4096))
      names.append(guest.text(4120, min(Int(guest.u32(4112)), Int(guest.u32(8)) - 24)))
    }
    #expect(names.prefix(2) == [".", ".."] && Set(names) == [".", "..", "nested", "deep"])
    #expect(try guest.call("fd_readdir", Int(folder), 4096, 31, -1, 8) == .success)
    #expect(guest.u32(8) == 0)
    #expect(try guest.call("fd_readdir", 0, 4096, 31, 0, 8) == .notdir)
    // What was found in a mutable directory is one too.
    guest.put("made", at: 1024)
    #expect(try guest.call("path_create_directory", Int(folder), 1024, 4) == .success)
    #expect(try guest.call("path_remove_directory", Int(folder), 1024, 4) == .success)
    #expect(try guest.read(folder).0 == .isdir)
    #expect(try guest.write(folder, "x") == .badf)
    #expect(try guest.call("fd_seek", Int(folder), 0, 0, 8) == .badf)
  }

  @Test(arguments: FileSystemKind.allCases)
  func paths(_ kind: FileSystemKind) throws {
    let tree = try TestTree(kind)
    let guest = try Preview1Guest(preopening: tree.inside)
    for (path, expected) in [
      ("", Errno.noent), ("..", .perm), ("/file", .perm), ("upfile", .perm), ("loop", .loop),
      ("missing", .noent), ("file/x", .notdir), (String(repeating: "n", count: 300), .nametoolong),
      ("a\0b", .inval), ("absolute", .perm),
    ] {
      #expect(try guest.open(path).0 == expected, "\(path)")
      #expect(
        try guest.open(path, [.create, .truncate], .fdWrite).0 != .success || path == "missing")
    }
    guest.memory[1024] = 0xFF
    #expect(try guest.call("path_unlink_file", 3, 1024, 1) == .ilseq)
    #expect(try guest.open("link", follow: false).0 == .loop)
    guest.put("linkdir/../../outside/secret", at: 1024)
    #expect(try guest.call("path_unlink_file", 3, 1024, 28) == .noent)
    guest.put("updir", at: 1024)
    #expect(try guest.call("path_readlink", 3, 1024, 5, 4096, 4, 8) == .success)
    #expect(guest.u32(8) == 4 && guest.text(4096, 4) == "../o")
    #expect(try guest.call("path_filestat_get", 3, 1, 1024, 5, 64) == .perm)
    #expect(try guest.call("path_filestat_get", 3, 0, 1024, 5, 64) == .success)
    #expect(guest.memory[80] == FileType.symbolicLink.rawValue)
    #expect(try guest.call("path_filestat_get", 3, 2, 1024, 5, 64) == .inval)
    #expect(try guest.call("path_filestat_get", 0, 0, 1024, 5, 64) == .badf)
    guest.put("filenew", at: 1024)
    #expect(try guest.call("path_link", 3, 0, 1024, 4, 3, 1028, 3) == .success)
    #expect(try guest.call("path_rename", 3, 1028, 3, 3, 1024, 4) == .success)
    #expect(try guest.call("path_symlink", 1024, 4, 3, 1028, 3) == .exist)
    #expect(try guest.call("path_unlink_file", 3, 1028, 3) == .success)
    #expect(try guest.call("path_symlink", 1024, 4, 3, 1028, 3) == .success)
    #expect(try tree.inside.readLink(at: "new") == "file")
    try tree.checkOutside()
  }

  @Test func closedAndMissingDescriptors() throws {
    let tree = try TestTree(.memory)
    let guest = try Preview1Guest(preopening: tree.inside)
    let (_, file) = try guest.open("file")
    #expect(try guest.call("fd_close", Int(file)) == .success)
    for number in [Int(file), 1000, -1, Int(Int32.max), Int(Int32.min)] {
      for function in preview1Functions where function.name.hasPrefix("fd_") {
        var arguments = function.type.parameters.map { _ in 64 }
        arguments[0] = number
        #expect(try guest.call(function.name, arguments) == .badf, "\(function.name)")
      }
      for function in preview1Functions where function.name.hasPrefix("sock_") {
        var arguments = function.type.parameters.map { _ in 64 }
        arguments[0] = number
        #expect(try guest.call(function.name, arguments) == .badf, "\(function.name)")
      }
    }
    // Numbers are used again, the lowest first; renumbering closes what was there.
    #expect(try guest.open("file").1 == 4)
    #expect(try guest.open("dir/nested").1 == 5)
    #expect(try guest.call("fd_renumber", 5, 4) == .success)
    #expect(try guest.read(4) == (.success, "nested"))
    #expect(try guest.call("fd_renumber", 4, 9) == .badf)
    #expect(try guest.open("file").1 == 5)
  }

  @Test func clocksAndPolling() throws {
    let clock = SteppableClock(wallTime: WASIInstant(seconds: 100), skipsWaits: true)
    let guest = try Preview1Guest {
      $0.clocks = .stepped(clock)
      $0.standardInput = .bytes([1])
    }
    #expect(try guest.call("clock_time_get", 0, 0, 64) == .success)
    #expect(guest.u64(64) == 100_000_000_000)
    #expect(try guest.call("clock_res_get", 1, 64) == .success)
    #expect(try guest.call("clock_time_get", 4, 0, 64) == .inval)
    // Sleeps for two seconds.
    guest.memory.put(UInt64(77), at: 64)
    guest.put([0, 0, 1, 0], at: 72)
    guest.memory.put(UInt64(2_000_000_000), at: 88)
    guest.memory.put(UInt64(0), at: 104)
    #expect(try guest.call("poll_oneoff", 64, 256, 1, 8) == .success)
    #expect(guest.u32(8) == 1 && guest.u64(256) == 77)
    #expect(clock.monotonicTime == 2_000_000_000)
    // A descriptor that can be read, one that is not there, and a tag that does not exist.
    guest.put([1, 0, 1, 0, 0], at: 64)
    guest.put([1, 0, 2, 0, 99], at: 112)
    #expect(try guest.call("poll_oneoff", 64, 256, 2, 8) == .success)
    #expect(guest.u32(8) == 2)
    #expect(guest.u32(264) & 0xFFFF == 0 && guest.u32(296) & 0xFFFF == UInt32(Errno.badf.rawValue))
    // A directory, and a stream in the wrong direction.
    let tree = try TestTree(.memory)
    let entry = OpenDescriptor(.directory(tree.inside), preopenPath: "/")
    #expect(try guest.host.descriptors.insert(entry) == 3)
    for (tag, descriptor) in [(1, 3), (2, 3), (2, 0), (1, 1)] as [(UInt32, UInt32)] {
      guest.put([1, 0, tag, 0, descriptor], at: 64)
      #expect(try guest.call("poll_oneoff", 64, 256, 1, 8) == .success)
      #expect(guest.u32(8) == 1 && guest.u32(264) & 0xFFFF == UInt32(Errno.badf.rawValue))
    }
    // Clocks that do not exist.
    for clock in [4, .max] as [UInt32] {
      guest.put([1, 0, 0, 0, clock], at: 64)
      #expect(try guest.call("poll_oneoff", 64, 256, 1, 8) == .inval)
    }
    guest.put([1, 0, 3, 0, 0], at: 64)
    #expect(try guest.call("poll_oneoff", 64, 256, 1, 8) == .inval)
    #expect(try guest.call("poll_oneoff", 64, 256, 0, 8) == .inval)
  }

  @Test func sleepingEndsAtTheDeadline() throws {
    var configuration = EngineConfiguration()
    configuration.resources.deadlineTicks = 4
    let guest = try Preview1Guest(
      WASIPreview1(WASIConfiguration()), engine: Engine(configuration: configuration))
    guest.put([0, 0, 0, 0, 1], at: 64)
    guest.memory.put(UInt64.max / 2, at: 88)
    let start = OSThread.now
    guard case .trap(let trap) = try guest.failure("poll_oneoff", 64, 256, 1, 8) else {
      Issue.record("no trap")
      return
    }
    #expect(trap.reason == .deadline)
    #expect(OSThread.now - start < 5_000_000_000)
  }

  @Test func sockets() throws {
    var permissions = WASIConfiguration.Network()
    permissions.allowsAddresses = true
    let network = Network(permissions)
    let listener = try network.makeTCPSocket(.ipv4)
    try listener.bind(IPSocketAddress(address: .ipv4(0x7F00_0001), port: 0))
    try listener.listen()
    let address = try listener.localAddress()
    let client = try network.makeTCPSocket(.ipv4)
    let host = WASIPreview1(try WASIContext(WASIConfiguration()), sockets: [listener])
    let guest = try Preview1Guest(host)
    #expect(try guest.call("fd_fdstat_set_flags", 3, Int(FDFlags.nonblock.rawValue)) == .success)
    #expect(try guest.call("sock_accept", 3, 0, 8) == .again)
    #expect(try guest.call("fd_fdstat_set_flags", 3, 0) == .success)
    try client.startConnect(address)
    #expect(try guest.call("sock_accept", 3, 0, 8) == .success)
    #expect(guest.u32(8) == 4)
    try client.finishConnect()
    _ = try Array("ping".utf8).withUnsafeBytes { try client.send($0) }
    guest.put([4096, 10], at: 512)
    #expect(try guest.call("sock_recv", 4, 512, 1, 1, 8, 12) == .success)
    #expect(try guest.call("sock_recv", 4, 512, 1, 0, 8, 12) == .success)
    #expect(guest.text(4096, Int(guest.u32(8))) == "ping")
    guest.put([4096, 4], at: 512)
    #expect(try guest.call("sock_send", 4, 512, 1, 0, 8) == .success)
    #expect(try guest.call("sock_shutdown", 4, 2) == .success)
    #expect(try guest.call("sock_shutdown", 4, 0) == .inval)
    #expect(try guest.call("sock_recv", 1, 512, 1, 0, 8, 12) == .notsock)
    Poller.shared.wait(forAnyOf: [client.readiness(forWriting: false)])
    #expect(try client.source.read(upTo: 10) == Array("ping".utf8))
  }
}
