// The layout of frames as adapters use it (see WasmFrame): base frames of idle stacks, and the slots around the HOST frame
// of a running host function. Here and not with the guest threads, since what is inlined has to be in this module.
//
//     arguments, later results | HOST frame | slots of an adapter | arguments of a callee | callee's frame

import CWasmExecution
import WasmExecution

extension ContextPointer {
  @inline(__always) private static var headerBytes: Int { MemoryLayout<WasmFrame>.size }
  @inline(__always) private static var slack: Int { Int(WASM_STACK_SLACK) }

  /// Prepares an idle context to run a function from the start. Returns where the arguments go and the results end up;
  /// nil if the stack cannot be made large enough.
  @inline(__always)
  func prepare(_ function: FunctionPointer, _ scheduler: SchedulerRef) -> SlotPointer? {
    let type = function.pointee.type.pointee
    let argumentBytes = 8 * Int(Swift.max(type.parameter_slots, type.result_slots))
    let offset = Self.headerBytes
    let needed = offset + argumentBytes + Self.headerBytes + Self.slack
    if pointee.stack_limit - pointee.stack_base < needed {
      pointee.fp = pointee.stack_base
      guard reserveStack(needed) else { return nil }
    }
    let fp = pointee.stack_base + offset + argumentBytes
    let header = UnsafeMutableRawPointer(fp).assumingMemoryBound(to: WasmFrame.self)
    header.pointee.return_pc = scheduler.pointee.baseReturn
    header.pointee.code = function.pointee.code
    header.pointee.caller_delta = 0
    pointee.fp = fp
    if let code = function.pointee.code {
      header.pointee.flags = UInt32(WASM_FRAME_BASE)
      pointee.instance = function.pointee.instance
      pointee.pc = code.pointee.entry
    } else {
      header.pointee.flags = UInt32(WASM_FRAME_BASE | WASM_FRAME_HOST | WASM_FRAME_CROSS)
      header.pointee.caller_instance = scheduler.pointee.nothing
      pointee.instance = scheduler.pointee.nothing
      pointee.callee = UnsafePointer(function)
      pointee.pc = CoreStore.enterHost
    }
    return baseSlots
  }

  /// The results of a function that `prepare` prepared and that has returned.
  @inline(__always)
  var baseSlots: SlotPointer {
    UnsafeMutableRawPointer(pointee.stack_base + Self.headerBytes)
      .assumingMemoryBound(to: UInt64.self)
  }

  /// Room for so many bytes above the running HOST frame's start, and for a header above them; the stack may move.
  @inline(__always)
  func reserveAboveFrame(_ bytes: Int) -> Bool {
    let needed = bytes &+ Self.headerBytes &+ Self.slack
    // A context that runs has a stack.
    let (limit, fp) = (pointee.stack_limit.unsafelyUnwrapped, pointee.fp.unsafelyUnwrapped)
    if limit - fp >= needed { return true }
    return reserveStack(fp - pointee.stack_base.unsafelyUnwrapped &+ needed)
  }

  /// The slots behind the HOST frame's header.
  @inline(__always)
  var hostFrameSlots: SlotPointer {
    UnsafeMutableRawPointer(pointee.fp.unsafelyUnwrapped + Self.headerBytes)
      .assumingMemoryBound(to: UInt64.self)
  }

  /// Where the running host function's results go, given how many bytes its arguments or results take.
  @inline(__always)
  func hostResults(argumentBytes: Int) -> SlotPointer {
    UnsafeMutableRawPointer(pointee.fp.unsafelyUnwrapped - argumentBytes)
      .assumingMemoryBound(to: UInt64.self)
  }

  /// Writes the first result; nothing for a function with neither arguments nor results.
  @inline(__always)
  func setHostResult(_ result: UInt64, argumentBytes: Int) {
    if argumentBytes > 0 { hostResults(argumentBytes: argumentBytes)[0] = result }
  }
}
