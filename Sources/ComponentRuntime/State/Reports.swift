// What a store holds, for reports: zero of everything after closing it, and otherwise what its guests have not let go
// of; the borrows that a task kept; who waits for what.

/// Records of a store that live.
package struct LiveCounts: Equatable, Sendable {
  package var tasks = 0
  package var threads = 0
  package var subtasks = 0
  package var handles = 0
  package var streamsAndFutures = 0
  package var copyEnds = 0
  package var waitableSets = 0
  package var errorContexts = 0
  package var hostResources = 0
  package var waitingThreads = 0

  package init() {}
}

extension StoreRef {
  package var liveCounts: LiveCounts {
    var counts = LiveCounts()
    counts.tasks = pointee.tasks.count
    counts.subtasks = pointee.subtasks.count
    counts.errorContexts = pointee.errorContexts.count
    counts.hostResources = pointee.hostResources.count
    pointee.instances.forEachLive {
      counts.handles += Int($0.pointee.handles.count)
      counts.threads +=
        Int($0.pointee.threads.count) + ($0.pointee.unindexedThread == nil ? 0 : 1)
    }
    if case .tasks(let graph) = pointee.concurrency {
      counts.streamsAndFutures = graph.pointee.shared.count
      counts.copyEnds = graph.pointee.copyEnds.count
      counts.waitableSets = graph.pointee.waitableSets.count
      counts.waitingThreads = Int(graph.pointee.waiting.count)
    }
    return counts
  }

  /// The handles that a task was lent and still has: the report behind `borrow handles still remain`.
  package func remainingBorrows(of task: TaskRef) -> [RemainingBorrow] {
    let id = task.id
    var borrows: [RemainingBorrow] = []
    task.pointee.inst?.pointee.handles.forEachLive { index, handle in
      guard handle.pointee.kind == .borrow, handle.pointee.borrowScope == id else { return }
      borrows.append(
        RemainingBorrow(index: index, rt: handle.pointee.rt, numLends: handle.pointee.numLends))
    }
    return borrows
  }

  /// The tasks that a task was called from, the nearest first, as far as they live.
  package func callPath(of task: TaskRef) -> [TaskRef] {
    var path: [TaskRef] = []
    var caller = task.pointee.callerTask
    while let task = pointee.tasks[caller], path.count < 1000 {
      path.append(task)
      caller = task.pointee.callerTask
    }
    return path
  }
}

/// A borrow that was not dropped before its call ended.
package struct RemainingBorrow: Equatable {
  package let index: UInt32
  package let rt: ResourceTypeRef?
  package let numLends: UInt32
}

/// A thread that waits, and what for.
package struct WaitReport: Equatable, Sendable, CustomStringConvertible {
  package enum Condition: Equatable, Sendable {
    case turn
    case backpressure
    case exclusiveThread
    case subtask(TaskID)
    case waitable(index: UInt32)
    case waitableSet(waitables: Int)
    case host
  }
  package let task: TaskID
  /// 0 for a thread that has not entered its instance.
  package let thread: UInt32
  package let condition: Condition
  package let isReady: Bool

  package var description: String {
    let what =
      switch condition {
      case .turn: "its turn"
      case .backpressure: "its instance to accept calls"
      case .exclusiveThread: "its instance to be free"
      case .subtask(let callee): "a call, task \(callee.index)"
      case .waitable(let index): "an event of waitable \(index)"
      case .waitableSet(let count): "an event of a set of \(count) waitables"
      case .host: "the host"
      }
    return "task \(task.index), thread \(thread) waits for \(what)"
  }
}

extension TaskGraphRef {
  /// Who waits for what, in the order they began to wait: the report behind `deadlock detected`.
  package var waitReports: [WaitReport] {
    var reports: [WaitReport] = []
    pointee.waiting.forEachLive { thread in
      let condition: WaitReport.Condition =
        switch thread.pointee.readyFunc {
        case .none, .always: .turn
        case .noBackpressure: .backpressure
        case .notExclusive: .exclusiveThread
        case .subtaskResolved(let subtask): .subtask(subtask.pointee.callee)
        case .pendingEvent(let waitable): .waitable(index: waitable.pointee.index)
        case .setEvent(let set, exclusivelyIn: _):
          .waitableSet(waitables: Int(set.pointee.elems.count))
        case .host: .host
        }
      reports.append(
        WaitReport(
          task: thread.pointee.task.id, thread: thread.pointee.index, condition: condition,
          isReady: thread.ready))
    }
    return reports
  }
}
