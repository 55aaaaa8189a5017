// A guest of WASI 0.1 that does nothing by itself: it exports a wrapper around every function, so that tests can call
// them one by one with memory of their own.

import Testing
import WasmExecution
import WasmSyntax
import WasmText

@testable import WASI

final class Preview1Guest {
  let host: WASIPreview1
  let store: CoreStore
  private let instance: CoreInstance

  init(_ host: WASIPreview1, engine: Engine = Engine(configuration: EngineConfiguration())) throws {
    self.host = host
    store = CoreStore(engine: engine)
    var text = "(module "
    var wrappers = ""
    for function in preview1Functions {
      let parameters = function.type.parameters.map { $0 == .i64 ? "i64" : "i32" }
      let type =
        (parameters.isEmpty ? "" : "(param \(parameters.joined(separator: " "))) ")
        + (function.type.results.isEmpty ? "" : "(result i32)")
      let gets = parameters.indices.map { "(local.get \($0))" }.joined(separator: " ")
      text += "(import \"wasi_snapshot_preview1\" \"\(function.name)\""
      text += " (func $\(function.name) \(type)))\n"
      wrappers += "(func (export \"\(function.name)\") \(type) (call $\(function.name) \(gets)))\n"
    }
    text += "(memory (export \"memory\") 2)\n\(wrappers))"
    let module = try CoreModule(engine: engine, bytes: Bytes(try parseModule(Array(text.utf8))))
    let imports = host.imports(for: store)
    instance = try store.instantiate(module) { imports[$0.name] }
  }

  convenience init(_ configure: (inout WASIConfiguration) -> Void) throws {
    var configuration = WASIConfiguration()
    configure(&configuration)
    try self.init(WASIPreview1(configuration))
  }

  /// With one file system preopened as descriptor 3.
  convenience init(preopening descriptor: Descriptor) throws {
    let host = try WASIPreview1(WASIConfiguration())
    let entry = OpenDescriptor(.directory(descriptor), preopenPath: "/")
    #expect(try host.descriptors.insert(entry) == 3)
    try self.init(host)
  }

  var memory: UnsafeMutableRawBufferPointer {
    guard case .memory(let memory)? = instance.export(named: "memory") else {
      return UnsafeMutableRawBufferPointer(start: nil, count: 0)
    }
    return memory.bytes
  }

  /// Calls a function; the results other than the error code are in memory.
  func call(_ name: String, _ arguments: Int...) throws -> Errno {
    try call(name, arguments)
  }

  func call(_ name: String, _ arguments: [Int]) throws -> Errno {
    let function = try #require(instance.function(named: name))
    let values = zip(arguments, function.type.parameters).map { argument, type in
      type == .i64
        ? Value.i64(UInt64(bitPattern: Int64(argument)))
        : Value.i32(UInt32(truncatingIfNeeded: argument))
    }
    guard case .i32(let code)? = try store.invoke(function, values).first else { return .success }
    return try #require(Errno(rawValue: UInt16(code)))
  }

  /// What a call that does not return ends with.
  func failure(_ name: String, _ arguments: Int...) throws -> InvocationError {
    try #require(throws: InvocationError.self) { _ = try call(name, arguments) }
  }

  // MARK: Memory

  func put(_ text: String, at address: Int) {
    UnsafeMutableRawBufferPointer(rebasing: memory[address...]).copyBytes(from: text.utf8)
  }

  func put(_ words: [UInt32], at address: Int) {
    for (index, word) in words.enumerated() { memory.put(word, at: address + 4 * index) }
  }

  func u32(_ address: Int) -> UInt32 { memory.get(address) }
  func u64(_ address: Int) -> UInt64 { memory.get(address) }

  func text(_ address: Int, _ count: Int) -> String {
    String(decoding: memory[address..<address + count], as: UTF8.self)
  }

  // MARK: Common calls. Paths go to 1024, buffers are described at 512, results appear at 8.

  func open(
    _ path: String, _ openFlags: OpenFlags = [], _ rights: Rights = .fdRead, follow: Bool = true,
    flags: FDFlags = []
  ) throws -> (Errno, UInt32) {
    put(path, at: 1024)
    let errno = try call(
      "path_open", 3, follow ? 1 : 0, 1024, path.utf8.count, Int(openFlags.rawValue),
      Int(rights.rawValue), 0, Int(flags.rawValue), 8)
    return (errno, u32(8))
  }

  func write(_ number: UInt32, _ text: String) throws -> Errno {
    put(text, at: 2048)
    put([2048, UInt32(text.utf8.count)], at: 512)
    return try call("fd_write", Int(number), 512, 1, 8)
  }

  /// At most 100 bytes.
  func read(_ number: UInt32) throws -> (Errno, String) {
    put([4096, 40, 0, 0, 5000, 60], at: 512)
    let errno = try call("fd_read", Int(number), 512, 3, 8)
    guard errno == .success else { return (errno, "") }
    let count = Int(u32(8))
    return (errno, text(4096, min(count, 40)) + text(5000, max(0, count - 40)))
  }
}
