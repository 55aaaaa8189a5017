// Throwing (Execution, Exceptions): walks the frames' headers outwards until a frame of this activation catches.

import CWasmExecution
import WasmBinary
import WasmSyntax

enum Unwinder {
  /// Finds who catches the exception thrown by the running frame. RESTART with the context at the handler, or EXCEPTION
  /// if the activation's base frame was reached.
  static func unwind(_ context: UnsafeMutablePointer<WasmContext>, _ exception: UInt64) -> Int32 {
    guard let object = GCObject(word: exception), var fp = context.pointee.fp else {
      return GuestThread.of(context).fail(.nullExceptionReference)
    }
    // The throwing instruction; further out, the calls.
    var pc = context.pointee.pc
    var instance = context.pointee.instance
    let throwing = fp
    while true {
      let header = GuestThread.header(fp).pointee
      // A host function that called a guest and goes on after it: where a component ends.
      if header.flags & UInt32(WASM_FRAME_HOST) != 0, fp != throwing {
        return GuestThread.of(context).fail(
          .component, "uncaught exception propagated out of component")
      }
      if let code = header.code, let pc,
        let translation = code.module?.existingTranslation(ofFunction: code.pointee.index),
        let clause = translation.handler(
          at: pc,
          matches: { tag in
            instance?.pointee.tags?[Int(tag)] == UnsafeMutableRawPointer(mutating: object.type)
          })
      {
        deliver(object, to: clause, fp)
        context.pointee.pc = translation.target(of: clause)
        context.pointee.fp = fp
        context.pointee.instance = instance
        return Int32(WASM_RESTART.rawValue)
      }
      if header.flags & UInt32(WASM_FRAME_BASE) != 0 {
        context.pointee.fp = fp
        context.pointee.exception = exception
        return Int32(WASM_EXCEPTION.rawValue)
      }
      pc = header.return_pc.map { $0 - 1 }
      if header.flags & UInt32(WASM_FRAME_CROSS) != 0 { instance = header.caller_instance }
      fp -= Int(Int32(bitPattern: header.caller_delta))
    }
  }

  private static func deliver(
    _ object: GCObject, to clause: ExceptionHandler.Clause, _ fp: UnsafeMutablePointer<UInt8>
  ) {
    var slot = UnsafeMutableRawPointer(fp + Int(clause.slotOffset))
      .assumingMemoryBound(to: UInt64.self)
    if clause.tag != nil {
      let count = Int(object.type.pointee.parameter_slots)
      slot.update(from: object.payload, count: count)
      slot += count
    }
    if clause.pushesReference { slot.pointee = object.word }
  }
}
