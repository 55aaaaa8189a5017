// A call of WASI 0.1 that waits without a thread: the guest is suspended in the middle of it, and the call tried again when
// something that it waits for has happened. For stores whose thread is not theirs to block.

import ComponentRuntime
import WasmExecution

/// Thrown by a function that cannot be done yet, and has not done anything.
struct Preview1Wait: Error, @unchecked Sendable {
  // Invariant: caught where it is thrown, on the store's thread.
  let readinesses: [Readiness]
  /// What is left to be done; nil if the function begins anew.
  let then: (() throws -> Void)?
}

/// The call that a store's run waits for. Only used on the store's thread; other threads hand it back.
final class SuspendedPreview1Call: @unchecked Sendable {
  /// Whose call it is, and who keeps it.
  private unowned let host: WASIPreview1
  private unowned let store: ComponentStore
  private let function: Preview1Function
  private let call: Preview1Call
  private let arguments: UnsafeMutablePointer<UInt64>
  private var then: (() throws -> Void)?
  private var waits: [Poller.Wait] = []
  /// Counts attempts, so that of several things that happen only the first leads to one.
  private var round = 0

  /// Takes note of a call whose guest is about to be suspended.
  static func begin(
    _ function: Preview1Function, _ call: Preview1Call, _ host: WASIPreview1,
    _ store: ComponentStore, _ wait: Preview1Wait
  ) {
    let suspended = SuspendedPreview1Call(function, call, host, store)
    host.suspended = suspended
    store.suspendedCall = suspended
    suspended.wait(for: wait)
  }

  private init(
    _ function: Preview1Function, _ call: Preview1Call, _ host: WASIPreview1,
    _ store: ComponentStore
  ) {
    let count = function.type.parameters.count
    arguments = .allocate(capacity: count)
    arguments.initialize(from: call.slots, count: count)
    self.host = host
    self.store = store
    self.function = function
    // The guest's stack may be elsewhere by then.
    self.call = Preview1Call(call, slots: arguments)
  }

  deinit {
    cancelWaits()
    arguments.deallocate()
  }

  private func wait(for wait: Preview1Wait) {
    then = wait.then
    let (mailbox, round) = (store.mailbox, round)
    waits = wait.readinesses.map {
      Poller.shared.add($0) { [weak self] in
        mailbox.post { [weak self] _ in self?.tryAgain(round) }
      }
    }
  }

  private func cancelWaits() {
    for wait in waits { Poller.shared.cancel(wait) }
    waits = []
  }

  private func tryAgain(_ round: Int) {
    // The guest may have been stopped meanwhile, and another one be suspended.
    guard round == self.round, store.suspendedCall === self,
      case .suspended(_, .host) = store.quantum
    else { return }
    self.round += 1
    cancelWaits()
    // How the guest's call ends reaches whoever waits for it.
    do throws(HostFailure) {
      switch try host.outcome({ try then?() ?? function.body(host, call) }) {
      case .waits(let next): wait(for: next)
      case .done(let errno):
        end()
        try? store.endSuspension(result: UInt64(errno.rawValue))
      }
    } catch {
      end()
      switch error {
      case .trap(let reason, detail: _): try? store.endSuspension(trapping: reason)
      case .error(let error): try? store.endSuspension(failing: error)
      case .exception, .invocation: try? store.endSuspension(trapping: .bug)
      }
    }
  }

  private func end() {
    store.suspendedCall = nil
    host.suspended = nil
  }
}
