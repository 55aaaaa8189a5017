// Runs the package's own executables from tests, without Foundation.

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// What a process that has ended left behind.
package struct ChildProcess: Sendable {
  package var output = ""
  package var errors = ""
  /// The exit status, or 128 plus the signal that ended it.
  package var status: Int32 = -1

  /// Runs an executable that was built beside the tests and waits for it.
  package static func run(_ name: String, _ arguments: [String]) -> ChildProcess {
    run(path: "\(buildFolder)/\(name)", arguments)
  }

  package static func run(path: String, _ arguments: [String]) -> ChildProcess {
    var outputPipe: [Int32] = [-1, -1]
    var errorPipe: [Int32] = [-1, -1]
    guard pipe(&outputPipe) == 0, pipe(&errorPipe) == 0 else {
      return ChildProcess(errors: "no pipe")
    }
    var pid: pid_t = 0
    let status = spawn(&pid, path, arguments, outputPipe, errorPipe)
    close(outputPipe[1])
    close(errorPipe[1])
    defer {
      close(outputPipe[0])
      close(errorPipe[0])
    }
    guard status == 0 else {
      return ChildProcess(errors: "\(path) cannot be started: \(String(cString: strerror(status)))")
    }
    var result = ChildProcess()
    (result.output, result.errors) = readBoth(outputPipe[0], errorPipe[0])
    var raw: Int32 = 0
    while waitpid(pid, &raw, 0) < 0, errno == EINTR {}
    result.status = raw & 0x7F == 0 ? raw >> 8 & 0xFF : 128 + (raw & 0x7F)
    return result
  }

  private static func spawn(
    _ pid: inout pid_t, _ path: String, _ arguments: [String], _ output: [Int32], _ errors: [Int32]
  ) -> Int32 {
    #if canImport(Darwin)
      var actions: posix_spawn_file_actions_t?
    #else
      var actions = posix_spawn_file_actions_t()
    #endif
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, output[1], 1)
    posix_spawn_file_actions_adddup2(&actions, errors[1], 2)
    for descriptor in output + errors {
      posix_spawn_file_actions_addclose(&actions, descriptor)
    }
    var argv: [UnsafeMutablePointer<CChar>?] = ([path] + arguments).map { strdup($0) }
    argv.append(nil)
    defer { for argument in argv { free(argument) } }
    return posix_spawn(&pid, path, &actions, nil, &argv, environ)
  }

  /// Reads two pipes to their ends at once, so that neither fills up while the other is waited for.
  private static func readBoth(_ first: Int32, _ second: Int32) -> (String, String) {
    var contents: [[UInt8]] = [[], []]
    var polls = [
      pollfd(fd: first, events: Int16(POLLIN), revents: 0),
      pollfd(fd: second, events: Int16(POLLIN), revents: 0),
    ]
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while polls.contains(where: { $0.fd >= 0 }) {
      if poll(&polls, nfds_t(polls.count), -1) < 0 { if errno == EINTR { continue } else { break } }
      for index in polls.indices where polls[index].revents != 0 {
        let count = read(polls[index].fd, &chunk, chunk.count)
        if count > 0 {
          contents[index].append(contentsOf: chunk[..<count])
        } else if count == 0 || errno != EINTR {
          polls[index].fd = -1
        }
      }
    }
    return (
      String(decoding: contents[0], as: UTF8.self), String(decoding: contents[1], as: UTF8.self)
    )
  }

  /// The folder of the build's products: where the test bundle lies.
  package static let buildFolder: String = {
    for argument in CommandLine.arguments {
      guard let range = argument.firstRange(of: ".xctest") else { continue }
      return folder(of: argument[..<range.lowerBound])
    }
    var buffer = [CChar](repeating: 0, count: 4096)
    let count = readlink("/proc/self/exe", &buffer, buffer.count)
    let bytes = buffer.prefix(max(count, 0)).map { UInt8(bitPattern: $0) }
    return folder(of: String(decoding: bytes, as: UTF8.self)[...])
  }()

  private static func folder(of path: Substring) -> String {
    path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
  }
}
