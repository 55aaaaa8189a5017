// Calls from the host to functions of core modules that are instantiated by themselves, not in a component. They take the way
// of components' calls, as functions whose type is not `async`: so deadlines, budgets, giving way and waiting are the same.
//
// What is entered is not the module's instance, which the specification lets anybody enter at any time, but a record that
// stands for one call: nested calls have one each, and a trap does not keep others out.

import CWasmExecution
import WasmExecution

/// A call of a function of a core module.
package final class CoreInvocation: Invocation {
  let callee: CoreFunction
  private let arguments: [Value]
  /// What a call that has returned has returned.
  package private(set) var results: [Value] = []

  /// The arguments must fit the function's parameters (`CoreStore.accepts`).
  package init(_ callee: CoreFunction, _ arguments: [Value]) {
    self.callee = callee
    self.arguments = arguments
    super.init(nil)
  }

  func writeArguments(_ slots: SlotPointer) {
    var next = slots
    for argument in arguments { next = callee.store.write(argument, to: next) }
  }

  fileprivate func readResults(_ slots: SlotPointer) {
    if isRunning { results = callee.store.values(callee.type.results, at: UnsafePointer(slots)) }
  }
}

extension ComponentStore {
  /// Calls the function; the invocation has ended when this returns, or waits.
  func start(_ invocation: CoreInvocation) throws(ComponentFailure) {
    retain(invocation)
    do throws(ComponentFailure) {
      try reserve(subtask: false)
      let inst = try coreEntrance()
      _ = try run(startsCall: true, budget: invocation.budget) { () throws(ComponentTrap) in
        inst.enter(from: nil)
        scheduler.pointee.frames.push(invoke: inst)
        let task = try state.newTask(
          inst: inst, isAsyncFunction: false, caller: .host(InvocationRef(invocation).token))
        invocation.task = task.id
        if let budget = invocation.budget { budgets[task.id] = budget }
        let context = try begin(task, invocation.callee)
        invocation.writeArguments(context.baseSlots)
      }
    } catch {
      if invocation.budget != nil { budgets[invocation.task] = nil }
      invocations[ObjectIdentifier(invocation)] = nil
      invocation.end(.failed(error))
      throw error
    }
  }

  /// Something to be entered that no call has entered.
  private func coreEntrance() throws(ComponentFailure) -> InstanceRef {
    if let free = coreEntrances.first(where: { $0.pointee.mayEnter }) { return free }
    do throws(ComponentTrap) {
      let inst = try state.newInstance(parent: nil)
      coreEntrances.append(inst)
      return inst
    } catch {
      throw ComponentFailure(error)
    }
  }
}

extension InvocationRef {
  /// A function of a core module has returned.
  func returnCore(_ results: SlotPointer) throws(ComponentTrap) {
    guard let invocation = withInvocation({ $0 as? CoreInvocation }) else {
      throw ComponentTrap(.bug)
    }
    invocation.readResults(results)
    invocation.endCore()
  }
}
