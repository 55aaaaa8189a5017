// What the tests of this room share: parsing given strings, reading files, a thread with little stack.

import Testing
import WasmBinary
import WasmSyntax
import WasmText

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

func parse(_ text: String) throws -> [UInt8] { try parseModule(Array(text.utf8)) }

/// The error that a text is refused with.
func rejection(_ text: String) throws -> ModuleError {
  try #require(throws: ModuleError.self) { try parse(text) }
}

func decode(_ text: String) throws -> Module { try decodeModule(Bytes(try parse(text))) }

/// The code of the first function of a module, local declarations included.
func code(_ text: String) throws -> [UInt8] {
  let module = try decode(text)
  let body = try #require(module.code.first)
  return module.bytes.slice(body.locals.lowerBound..<body.body.upperBound).array
}

/// The code of a function with the given instructions, without its locals and final `end`.
func instructions(_ text: String, fields: String = "") throws -> [UInt8] {
  Array(try code("(module \(fields) (func \(text)))").dropFirst().dropLast())
}

func readFile(_ path: String) throws -> [UInt8] {
  let file = try #require(fopen(path, "rb"), "cannot open \(path)")
  defer { fclose(file) }
  var bytes: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 1 << 16)
  while case let count = fread(&buffer, 1, buffer.count, file), count > 0 {
    bytes += buffer[..<count]
  }
  return bytes
}

/// What a thread is given to do.
private final class ThreadJob: Sendable {
  let run: @Sendable () -> Void
  init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}

/// What a thread leaves behind.
private final class ThreadResult<T: Sendable>: @unchecked Sendable {
  // Written by the thread before it ends, read after it has been joined.
  var value: T?
}

/// Runs something on a thread with 512 KiB of stack and returns what it returned.
func onSmallStack<T: Sendable>(_ body: @escaping @Sendable () -> T) throws -> T {
  let result = ThreadResult<T>()
  let job = Unmanaged.passRetained(ThreadJob { result.value = body() })
  var attributes = pthread_attr_t()
  pthread_attr_init(&attributes)
  pthread_attr_setstacksize(&attributes, 512 << 10)
  defer { pthread_attr_destroy(&attributes) }
  #if canImport(Darwin)
    var thread: pthread_t?
    let status = pthread_create(
      &thread, &attributes,
      { context in
        Unmanaged<ThreadJob>.fromOpaque(context).takeRetainedValue().run()
        return nil
      }, job.toOpaque())
    try #require(status == 0)
    if let thread { pthread_join(thread, nil) }
  #else
    var thread = pthread_t()
    let status = pthread_create(
      &thread, &attributes,
      { context in
        if let context { Unmanaged<ThreadJob>.fromOpaque(context).takeRetainedValue().run() }
        return nil
      }, job.toOpaque())
    try #require(status == 0)
    pthread_join(thread, nil)
  #endif
  return try #require(result.value)
}
