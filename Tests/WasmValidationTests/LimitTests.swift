// Modules that are large in one way: accepted up to the limit, refused with an error beyond it, on a small stack.

import Testing
import WasmSyntax
import WasmValidation

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

@Suite struct LimitTests {
  static func nested(_ opener: [UInt8], _ depth: Int) -> [UInt8] {
    var body: [UInt8] = []
    for _ in 0..<depth { body.append(contentsOf: opener) }
    for _ in 0...depth { body.append(0x0B) }
    return module(body: body)
  }

  /// Blocks, loops, conditionals and handlers, each 200,000 deep, on a thread with half a mebibyte of stack.
  @Test func nesting() throws {
    let openers: [[UInt8]] = [
      [0x02, 0x40], [0x03, 0x40], [0x41, 0x00, 0x04, 0x40], [0x1F, 0x40, 0x00],
    ]
    for opener in openers {
      let error = onSmallStack { () -> ModuleError? in
        do throws(ModuleError) {
          try validate(Self.nested(opener, 200_000))
          return nil
        } catch { return error }
      }
      #expect(error == nil)
    }
  }

  @Test func blockNesting() throws {
    var limits = ImplementationLimits()
    limits.blockNesting = 10
    let error = try #require(throws: ModuleError.self) {
      try validateModule(Bytes(Self.nested([0x02, 0x40], 11)), limits: limits)
    }
    #expect(error.kind == .limit)
    _ = try validateModule(Bytes(Self.nested([0x02, 0x40], 10)), limits: limits)
  }

  @Test func locals() throws {
    // 50,000 of i32, then one more
    let locals: [UInt8] = [0x01, 0xD0, 0x86, 0x03, 0x7F]
    try validate(module(locals: locals, body: [0x0B]))
    let more: [UInt8] = [0x02, 0xD0, 0x86, 0x03, 0x7F, 0x01, 0x7F]
    let error = try #require(throws: ModuleError.self) {
      try validate(module(locals: more, body: [0x0B]))
    }
    #expect(error.kind == .limit)
  }

  @Test func operands() throws {
    var limits = ImplementationLimits()
    limits.operands = 1_000
    let body = String(repeating: "(i32.const 0) ", count: 1_500)
    let text = "(module (func \(body) unreachable))"
    #expect(try rejection(text, limits: limits).kind == .limit)
    _ = try validate(text)
  }

  @Test func branchTable() throws {
    var limits = ImplementationLimits()
    limits.brTableTargets = 3
    #expect(
      try rejection("(module (func (br_table 0 0 0 0 0 (i32.const 0))))", limits: limits).kind
        == .limit)
    _ = try validate("(module (func (br_table 0 0 0 0 (i32.const 0))))", limits: limits)
  }

  @Test func typesAndFields() throws {
    var limits = ImplementationLimits()
    limits.parameters = 1
    limits.results = 1
    limits.structFields = 1
    for text in [
      "(module (type (func (param i32 i32))))", "(module (type (func (result i32 i32))))",
      "(module (type (struct (field i32 i32))))",
    ] {
      #expect(try rejection(text, limits: limits).kind == .limit)
    }
  }
}

/// Runs a closure on a thread with 512 KiB of stack.
func onSmallStack<Result>(_ body: () -> Result) -> Result {
  withoutActuallyEscaping(body) { body in
    var result: Result?
    withUnsafeMutablePointer(to: &result) { result in
      let work = SmallStackWork { result.pointee = body() }
      var attributes = pthread_attr_t()
      pthread_attr_init(&attributes)
      pthread_attr_setstacksize(&attributes, 512 << 10)
      #if canImport(Darwin)
        var thread: pthread_t?
      #else
        var thread = pthread_t()
      #endif
      pthread_create(
        &thread, &attributes, runSmallStackWork, Unmanaged.passRetained(work).toOpaque())
      #if canImport(Darwin)
        if let thread { pthread_join(thread, nil) }
      #else
        pthread_join(thread, nil)
      #endif
      pthread_attr_destroy(&attributes)
    }
    guard let result else { preconditionFailure("the thread did not run") }
    return result
  }
}

private final class SmallStackWork {
  let run: () -> Void
  init(_ run: @escaping () -> Void) { self.run = run }
}

#if canImport(Darwin)
  private func runSmallStackWork(_ context: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
    Unmanaged<SmallStackWork>.fromOpaque(context).takeRetainedValue().run()
    return nil
  }
#else
  private func runSmallStackWork(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let context else { return nil }
    Unmanaged<SmallStackWork>.fromOpaque(context).takeRetainedValue().run()
    return nil
  }
#endif
