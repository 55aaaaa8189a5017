// CanonicalABI.md, Waitable State: what can have an event, subtasks and the ends of streams and futures. The record
// lies at the start of theirs, so that lists and sets need not know which it is.

package typealias WaitableRef = UnsafeMutablePointer<Waitable>

/// Waitable State: `EventCode`.
package enum EventCode: UInt32, BitwiseCopyable, Sendable {
  case none = 0
  case subtask = 1
  case streamRead = 2
  case streamWrite = 3
  case futureRead = 4
  case futureWrite = 5
  case taskCancelled = 6
}

/// Waitable State: `EventTuple`.
package struct Event: BitwiseCopyable, Hashable, Sendable {
  package var code: EventCode
  package var index: UInt32
  package var payload: UInt32

  package init(_ code: EventCode, _ index: UInt32 = 0, _ payload: UInt32 = 0) {
    self.code = code
    self.index = index
    self.payload = payload
  }
}

/// `pending_event`: the specification's closures by what they do when the event is taken.
package enum PendingEvent: BitwiseCopyable, Equatable, Sendable {
  case none
  /// `subtask_event`: the state as it is then.
  case subtask
  /// `stream_event` and `future_event`; `reclaims` is `reclaim_buffer`.
  case copy(CopyResult, reclaims: Bool)
}

/// Waitable State: `Waitable`.
package struct Waitable: BitwiseCopyable {
  package enum Owner: UInt8, BitwiseCopyable, Sendable {
    case subtask
    case copyEnd
  }
  var owner: Owner
  package internal(set) var hasSyncWaiter: Bool
  package internal(set) var pendingEvent: PendingEvent
  /// Its index in the instance's table, 0 if it is in no table.
  package internal(set) var index: UInt32
  package internal(set) var wset: WaitableSetRef?
  /// The instance whose table has it; nil for ends that the host holds.
  package internal(set) var inst: InstanceRef?
  /// The thread that waits for this event and no other.
  var syncWaiter: ThreadRef?
  var setLink: Link<Waitable>
  var pendingLink: Link<Waitable>

  /// `WaitableSet.elems`
  package enum SetMembership: ListMembership {
    package static func link(of element: WaitableRef) -> Link<Waitable> { element.pointee.setLink }
    package static func setLink(of element: WaitableRef, _ link: Link<Waitable>) {
      element.pointee.setLink = link
    }
  }
  /// Those of them that have an event.
  package enum PendingMembership: ListMembership {
    package static func link(of element: WaitableRef) -> Link<Waitable> {
      element.pointee.pendingLink
    }
    package static func setLink(of element: WaitableRef, _ link: Link<Waitable>) {
      element.pointee.pendingLink = link
    }
  }
}

extension WaitableRef {
  /// `Waitable.__init__`, field by field: see `ThreadRef.setUp`.
  @inline(__always)
  func setUp(_ owner: Waitable.Owner, _ inst: InstanceRef?) {
    pointee.owner = owner
    pointee.hasSyncWaiter = false
    pointee.pendingEvent = .none
    pointee.index = 0
    pointee.wset = nil
    pointee.inst = inst
    pointee.syncWaiter = nil
  }

  /// `set_pending_event`
  func setPendingEvent(_ event: PendingEvent) {
    let hadEvent = hasPendingEvent
    pointee.pendingEvent = event
    if let set = pointee.wset {
      if !hadEvent { set.pointee.pending.append(self) }
      set.noteWaiter()
    } else if let waiter = pointee.syncWaiter {
      waiter.note()
    } else if pointee.inst == nil, !hadEvent, case .copyEnd = pointee.owner {
      copyEnd.noteHostEvent()
    }
  }

  /// `has_pending_event`
  package var hasPendingEvent: Bool { pointee.pendingEvent != .none }

  /// `in_waitable_set`
  package var inWaitableSet: Bool { pointee.wset != nil }

  /// `wait_for_pending_event`, up to the wait. Its end is `finishWaiting`.
  package func startWaiting(_ thread: ThreadRef) -> ReadyCondition {
    assert(!inWaitableSet && !pointee.hasSyncWaiter)
    pointee.hasSyncWaiter = true
    pointee.syncWaiter = thread
    return .pendingEvent(self)
  }

  package func finishWaiting() {
    pointee.hasSyncWaiter = false
    pointee.syncWaiter = nil
  }

  /// `get_pending_event`
  package func getPendingEvent() -> Event {
    let event = pointee.pendingEvent
    assert(event != .none)
    clearPendingEvent()
    switch pointee.owner {
    case .subtask: return subtask.takeEvent()
    case .copyEnd: return copyEnd.takeEvent(event)
    }
  }

  private func clearPendingEvent() {
    if let set = pointee.wset {
      set.pointee.pending.remove(self)
    } else if pointee.inst == nil, case .copyEnd = pointee.owner {
      copyEnd.forgetHostEvent()
    }
    pointee.pendingEvent = .none
  }

  /// `join`
  package func join(_ set: WaitableSetRef?) {
    assert(!pointee.hasSyncWaiter)
    if let old = pointee.wset {
      old.pointee.elems.remove(self)
      if hasPendingEvent { old.pointee.pending.remove(self) }
    }
    pointee.wset = set
    guard let set else { return }
    set.pointee.elems.append(self)
    if hasPendingEvent {
      set.pointee.pending.append(self)
      set.noteWaiter()
    }
  }

  /// `drop`
  func drop() {
    assert(!hasPendingEvent && !pointee.hasSyncWaiter)
    join(nil)
  }

  /// The record this one lies at the start of.
  var subtask: SubtaskRef {
    UnsafeMutableRawPointer(self).assumingMemoryBound(to: Subtask.self)
  }
  var copyEnd: CopyEndRef {
    UnsafeMutableRawPointer(self).assumingMemoryBound(to: CopyEnd.self)
  }
}
