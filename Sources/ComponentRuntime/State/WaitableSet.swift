// CanonicalABI.md, Waitable State: sets of waitables. The elements that have an event are in a list of their own, in
// the order they got it, so that waiting on a set of any size costs the same.

package typealias WaitableSetRef = UnsafeMutablePointer<WaitableSet>

/// Waitable State: `WaitableSet`.
package struct WaitableSet: BitwiseCopyable {
  package internal(set) var elems = LinkedList<Waitable.SetMembership>()
  var pending = LinkedList<Waitable.PendingMembership>()
  package internal(set) var numWaiting: UInt32 = 0
  /// The threads that wait, the one that has waited longest first.
  var waiters = LinkedList<Thread.QueueMembership>()

  init() {}
}

extension WaitableSetRef {
  /// `has_pending_event`
  package var hasPendingEvent: Bool { !pointee.pending.isEmpty }

  /// Elements with an event, in the order they got it; the scheduler says which is taken.
  package var pendingCount: UInt32 { pointee.pending.count }

  package func pendingElement(at position: UInt32) -> WaitableRef? {
    var element = pointee.pending.first
    for _ in 0..<position { element = element.flatMap { pointee.pending.next(after: $0) } }
    return element
  }

  /// `get_pending_event`; nil if there is none.
  package func getPendingEvent(at position: UInt32 = 0) -> Event? {
    guard let element = pendingElement(at: position) else { return nil }
    return element.getPendingEvent()
  }

  /// `wait_for_event_and`, up to the wait; `instance` is the one whose `exclusive_thread` must be none. Its end is
  /// `finishWaiting`.
  package func startWaiting(exclusivelyIn instance: InstanceRef?) -> ReadyCondition {
    pointee.numWaiting += 1
    return .setEvent(self, exclusivelyIn: instance)
  }

  /// The event that the wait was for, at the position that the scheduler chose.
  package func finishWaiting(_ cancelled: Cancelled, at position: UInt32 = 0) -> Event {
    let event =
      cancelled == .true ? Event(.taskCancelled) : getPendingEvent(at: position) ?? Event(.none)
    pointee.numWaiting -= 1
    return event
  }

  /// `poll`
  package func poll(_ task: TaskRef, cancellable: Bool, at position: UInt32 = 0) -> Event {
    if task.deliverPendingCancel(cancellable) { return Event(.taskCancelled) }
    return getPendingEvent(at: position) ?? Event(.none)
  }

  /// `drop`, without removing the record.
  package func drop() throws(ComponentTrap) {
    try trapIf(!pointee.elems.isEmpty, .setNotEmpty)
    try trapIf(pointee.numWaiting > 0, .setHasWaiters)
  }

  /// An element got an event: one of the threads that wait may be ready.
  func noteWaiter() { pointee.waiters.first?.note() }
}
