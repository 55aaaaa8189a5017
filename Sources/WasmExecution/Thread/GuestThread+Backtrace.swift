// The wasm backtrace of a thread: read off the frames' headers, innermost first, through all activations.

import CWasmExecution

extension GuestThread {
  /// At most `limit` frames, and how many more there are.
  package func backtrace(limit: Int) -> (frames: [BacktraceFrame], omitted: Int) {
    var frames: [BacktraceFrame] = []
    var omitted = 0
    var activations = outer
    var instance = context.pointee.instance
    guard var fp = context.pointee.fp else { return ([], 0) }
    // The instruction that stopped; further out, the calls.
    var pc = context.pointee.pc
    // Once its function has returned, a base frame is no frame any more: a tail call may have overwritten its header.
    if pc == CoreStore.baseReturn {
      guard let below = activations.popLast() else { return ([], 0) }
      fp = stackBase + below.frameOffset
      pc = below.pc
      instance = below.instance
    }
    while true {
      let header = Self.header(fp).pointee
      if let code = header.code {
        if frames.count < limit {
          frames.append(Self.describe(UnsafePointer(code), pc, instance))
        } else {
          omitted += 1
        }
      }
      if header.flags & UInt32(WASM_FRAME_CROSS) != 0 { instance = header.caller_instance }
      if header.flags & UInt32(WASM_FRAME_BASE) != 0 {
        guard let below = activations.popLast() else { return (frames, omitted) }
        fp = stackBase + below.frameOffset
        pc = below.pc
        instance = below.instance
      } else {
        pc = header.return_pc.map { $0 - 1 }
        fp -= Int(Int32(bitPattern: header.caller_delta))
      }
    }
  }

  private static func describe(
    _ code: UnsafePointer<WasmFunctionCode>, _ pc: UnsafePointer<WasmIns>?,
    _ instance: UnsafeMutablePointer<WasmInstance>?
  ) -> BacktraceFrame {
    let module = code.module
    let owner = instance?.pointee.owner.map {
      Unmanaged<CoreInstance>.fromOpaque($0).takeUnretainedValue()
    }
    return BacktraceFrame(
      functionIndex: code.pointee.index, source: module,
      instanceName: owner?.module === module ? owner?.name : nil, pc: pc)
  }

  /// What the message of a trap needs of the instruction that raised it.
  func detail(of reason: TrapReason) -> String? {
    // `call_indirect` has its index in slot `a`.
    guard reason == .indirectCallToNull, let pc = context.pointee.pc, let fp = context.pointee.fp
    else { return nil }
    let offset = fp - stackBase + Int(pc.pointee.a)
    guard offset >= 0, offset + 8 <= stackBytes else { return nil }
    return "\(slots(at: offset).pointee)"
  }
}
