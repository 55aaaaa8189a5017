// Translation of a function when it is first called, growth of the guest stack, and the next slice of fuel.

import CWasmExecution
import WasmSyntax

enum ControlHelpers {
  static let all: [HelperTable.Entry] = [
    (UInt32(WASM_HELPER_TRANSLATE), { context, _, _, _ in guarded(context) { translate($0) } }),
    (
      UInt32(WASM_HELPER_GROW_STACK),
      { context, _, bytes, _ in guarded(context) { growStack($0, bytes) } }
    ),
    (
      UInt32(WASM_HELPER_REFILL_FUEL),
      { context, _, _, _ in guarded(context) { refill($0, mayGiveWay: true) } }
    ),
  ]

  /// Fuel handed to the handlers at once: how much work goes by between two looks at the deadline.
  static let slice: Int64 = 100_000

  private static func translate(_ context: GuestContext) -> Int32 {
    guard let pc = context.pointee.pc else { return context.bug("nothing to translate") }
    // `pc` is the instruction inside the function's record.
    let offset = MemoryLayout<WasmFunctionCode>.offset(of: \.lazy) ?? 0
    let code = (UnsafeRawPointer(pc) - offset).assumingMemoryBound(to: WasmFunctionCode.self)
    guard let module = code.module else { return context.bug("a function without a module") }
    do throws(ModuleError) {
      _ = try module.translation(ofFunction: code.pointee.index)
      return Status.goOn
    } catch {
      if case .limit = error.kind { return context.trap(.functionTooLarge) }
      return context.bug("function \(code.pointee.index): \(error)")
    }
  }

  private static func growStack(_ context: GuestContext, _ bytes: UInt32) -> Int32 {
    let thread = GuestThread.of(context)
    let frameOffset = context.pointee.fp - thread.stackBase
    return thread.reserve(frameOffset + Int(bytes))
      ? Status.goOn : context.trap(.callStackExhausted)
  }

  /// Called when the slice is overdrawn: looks at the deadline, then at the reserve.
  static func refill(_ context: GuestContext, mayGiveWay: Bool) -> Int32 {
    context.withStore { store in
      let epoch = EpochTimer.shared.epoch
      if epoch >= store.deadline { return context.trap(.deadline) }
      if let reserve = store.fuelReserve {
        let overdrawn = UInt64(bitPattern: Swift.max(0, 0 &- context.pointee.fuel))
        guard overdrawn <= reserve else {
          store.fuelReserve = 0
          context.pointee.fuel = 0
          return context.trap(.fuelExhausted)
        }
        let left = reserve - overdrawn
        let next = Swift.min(left, UInt64(slice))
        store.fuelReserve = left - next
        context.pointee.fuel = Int64(next)
      } else {
        context.pointee.fuel = slice
      }
      if mayGiveWay, store.givesWay, epoch != store.sliceEpoch, store.nativeDepth == 1 {
        store.sliceEpoch = epoch
        GuestThread.of(context).suspend(.preempted, resultsAt: nil)
        return Status.suspend
      }
      return Status.goOn
    }
  }
}

extension CoreStore {
  var isPastDeadline: Bool { deadline != .max && EpochTimer.shared.epoch >= deadline }
}
