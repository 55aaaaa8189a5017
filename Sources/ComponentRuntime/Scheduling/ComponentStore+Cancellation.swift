// The host cancels a call that it has made: the callee is asked to end early (`Task.request_cancellation`), and resolves
// when it likes.

import WasmExecution

extension ComponentStore {
  /// Asks the callee to end early. The invocation ends when it resolves, as returned or as cancelled; asking again does
  /// nothing. What cannot be asked now, since a run waits, is asked by whoever drives the store when it goes on.
  package func requestCancellation(of invocation: Invocation) throws(ComponentFailure) {
    guard invocation.isRunning, quantum == nil, let task = state.task(invocation.task) else {
      return
    }
    switch task.pointee.state {
    case .initial, .started: break
    case .pendingCancel, .cancelDelivered, .resolved: return
    }
    // A function that is not asynchronous ends by itself.
    guard task.pointee.isAsyncFunction, let inst = task.pointee.inst else { return }
    switch task.requestCancellation(from: nil) {
    case .pending: return
    case .resumeImplicitThread:
      _ = try run(budget: budget(of: task)) { () throws(ComponentTrap) in
        scheduler.pointee.frames.push(ResumeFrame(.invoke))
        try scheduler.resume(task.implicitThread, .true)
      }
    case .resumeCandidate:
      _ = try run(budget: budget(of: task)) { () throws(ComponentTrap) in
        inst.enter(from: nil)
        var frame = ResumeFrame(.invoke)
        frame.entered = inst
        scheduler.pointee.frames.push(frame)
        try scheduler.resumeCancelled(task)
      }
    }
  }

  /// Stops waiting for a call: it ends with this failure, and what it may still return is let go of.
  package func abandon(_ invocation: Invocation, _ failure: ComponentFailure) {
    invocation.end(.failed(failure))
  }

  /// What an abandoned call has returned after all: resources are dropped, ends of streams and futures let go of.
  func discard(_ value: ComponentValue) {
    switch value {
    case .own(let id): try? dropResource(id)
    case .stream(let end), .future(let end): dropEnd(end)
    case .errorContext(let id): releaseErrorContext(id)
    case .list(let values), .tuple(let values): for value in values { discard(value) }
    case .record(let fields): for field in fields { discard(field.value) }
    case .map(let entries):
      for entry in entries {
        discard(entry.key)
        discard(entry.value)
      }
    case .variant(_, let payload), .option(let payload):
      if let payload { discard(payload) }
    case .result(.ok(let payload)), .result(.error(let payload)):
      if let payload { discard(payload) }
    case .bool, .s8, .u8, .s16, .u16, .s32, .u32, .s64, .u64, .f32, .f64, .char, .string, .bytes,
      .enum, .flags, .borrow:
      break
    }
  }

  /// Lets go of an error context that the host holds.
  package func releaseErrorContext(_ id: ErrorContextID) {
    if let context = state.pointee.errorContexts[id] { state.release(context) }
  }

  /// A handle of the host's own.
  package func ownResource(
    _ type: ResourceTypeRef, _ representation: UInt64
  ) throws(ComponentFailure) -> HostResourceID {
    do throws(ComponentTrap) {
      return try state.addHostResource(type, representation, own: true).id
    } catch {
      throw ComponentFailure(error)
    }
  }

  /// Drops a resource that the host owns: calls its destructor, if it has one. `onEnd` is told how that has ended, maybe
  /// only when the store has gone on; it is not called if this throws.
  package func dropResource(
    _ id: HostResourceID, onEnd: ((ComponentFailure?) -> Void)? = nil
  ) throws(ComponentFailure) {
    let (rep, rt): (UInt64, ResourceTypeRef)
    do throws(ComponentTrap) {
      (rep, rt) = try state.takeHostResource(id)
    } catch {
      throw ComponentFailure(error)
    }
    guard let dtor = rt.pointee.dtor else {
      onEnd?(nil)
      return
    }
    if rt.pointee.impl == nil {
      do {
        try Unmanaged<HostResourceDefinition>.fromOpaque(dtor).takeUnretainedValue().dropped(rep)
      } catch {
        throw .host(error, backtrace: [])
      }
      onEnd?(nil)
      return
    }
    let function = dtor.assumingMemoryBound(to: FunctionInstance.self)
    let isWide = function.pointee.lifted?.cx.is64 ?? false
    let argument: ComponentValue =
      isWide ? .u64(rep) : .u32(UInt32(truncatingIfNeeded: rep))
    let invocation = DynamicInvocation(function, [argument])
    try start(invocation)
    guard let onEnd else { return }
    let tell = { [unowned(unsafe) invocation] in
      if case .failed(let failure) = invocation.state { onEnd(failure) } else { onEnd(nil) }
    }
    if invocation.isRunning { invocation.onEnd = tell } else { tell() }
  }
}
