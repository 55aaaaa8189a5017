// The synchronous way in: a call whose waits block the OS thread that makes it, for the command line and scripts.

import WasmExecution

extension ComponentStore {
  /// What to wait with where a call or an instantiation asks for that: blocks until a run can go on, or until the host
  /// has posted something. A run that was suspended has gone on when this returns; if it fails, so does this.
  package func waitBlocking() throws(ComponentFailure) {
    // A failure of another thread has reached whoever waits for it.
    guard let progress = try? tick() else { return }
    switch progress {
    case .ran, .idle(isHostPending: false): return
    case .idle(isHostPending: true), .waits(for: nil): try awaitMail()
    case .waits(for: let reason?):
      switch core.waitBlocking(for: reason) {
      case .over(let result): try endSuspension(result: result)
      case .trap(let reason): try endSuspension(trapping: reason)
      case .notHere: try awaitMail()
      }
    }
  }

  private func awaitMail() throws(ComponentFailure) {
    let event = OSEvent()
    mailbox.setOnPost { event.set() }
    defer { mailbox.setOnPost(nil) }
    // What was posted before counts too.
    if mailbox.hasMail || core.waitBlocking(for: event) { return }
    let failure = ComponentFailure.trap(Trap(.deadline), nil)
    guard case .parked(let call) = quantum else { throw failure }
    try complete(call, .failure(failure))
  }

  /// The scheduling choices so far, if the policy records them.
  package var scheduleTrace: ScheduleTrace? { scheduler.pointee.policy.trace }
}
