// What translation of one function yields: instructions in memory that never moves, and the side tables that
// backtraces and exceptions need. The runtime reads these; the translator is the only one to make them.

import CWasmExecution

/// The translated form of one function. Owns the instructions, so it lives as long as the module.
package final class FunctionTranslation: @unchecked Sendable {
  // Invariant: everything is immutable after init, hence Sendable.

  /// The first instruction (the function's entry) and one past the last; constants follow behind.
  package let entry: UnsafePointer<WasmIns>
  package let end: UnsafePointer<WasmIns>
  /// Bytes from fp to the end of the temporaries.
  package let frameSize: UInt32
  /// Handlers in search order: inner ones come first.
  package let handlers: [ExceptionHandler]
  private let offsets: InstructionOffsets
  private let storage: UnsafeMutableRawPointer

  /// Takes over `storage`.
  init(
    storage: UnsafeMutableRawPointer, instructionCount: Int, frameSize: UInt32,
    handlers: [ExceptionHandler], offsets: InstructionOffsets
  ) {
    self.storage = storage
    entry = UnsafePointer(storage.assumingMemoryBound(to: WasmIns.self))
    end = entry + instructionCount
    self.frameSize = frameSize
    self.handlers = handlers
    self.offsets = offsets
  }

  deinit { storage.deallocate() }

  /// Publishes the translation in the record that calls go through.
  package func publish(to code: UnsafeMutablePointer<WasmFunctionCode>) {
    code.pointee.end = end
    code.pointee.frame_size = frameSize
    wasm_publish_entry(code, entry)
  }

  /// The offset in the module of the instruction that `pc` was translated from. For a caller's frame pass
  /// `return_pc - 1`, the call itself.
  package func byteOffset(of pc: UnsafePointer<WasmIns>) -> Int? {
    guard pc >= entry, pc < end else { return nil }
    return offsets[pc - entry]
  }

  /// The handler that catches an exception thrown at `pc` (for a caller's frame `return_pc - 1`): the first whose
  /// range holds `pc` and one of whose clauses `matches`.
  package func handler(
    at pc: UnsafePointer<WasmIns>, matches: (UInt32) -> Bool
  ) -> ExceptionHandler.Clause? {
    guard !handlers.isEmpty, pc >= entry, pc < end else { return nil }
    let index = UInt32(truncatingIfNeeded: pc - entry)
    for handler in handlers where handler.range.contains(index) {
      for clause in handler.clauses {
        guard let tag = clause.tag else { return clause }
        if matches(tag) { return clause }
      }
    }
    return nil
  }

  /// Where a clause goes on.
  package func target(of clause: ExceptionHandler.Clause) -> UnsafePointer<WasmIns> {
    entry + Int(clause.target)
  }
}

/// A `try_table` of a translated function.
package struct ExceptionHandler: Sendable {
  /// Indices of the protected instructions.
  package var range: Range<UInt32>
  package var clauses: [Clause]

  package struct Clause: Sendable {
    /// Tag index in the module; nil catches everything.
    package var tag: UInt32?
    /// Whether the exception reference follows the values (`catch_ref`, `catch_all_ref`).
    package var pushesReference: Bool
    /// Index of the instruction to go on at.
    package var target: UInt32
    /// Byte offset from fp of the slot that the first value goes to; the others follow.
    package var slotOffset: Int32
  }
}
