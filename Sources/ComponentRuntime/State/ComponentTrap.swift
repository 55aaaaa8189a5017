// The traps of the Component Model: the one table of their messages. Where the reference suite has words for a trap
// they are these; where it words the same check differently for values that come from or go to the host, there are
// two rows.

/// What an entry of a handle table is, in messages.
package enum HandleWord: UInt8, BitwiseCopyable, Hashable, Sendable {
  case nothing
  case resource
  case guestResource
  case differentGuestResource
  case hostResource
  case differentHostResource
  case waitable
  case subtask
  case waitableSet
  case readableStreamEnd
  case writableStreamEnd
  case readableFutureEnd
  case writableFutureEnd
  case otherStream
  case otherFuture
  case errorContext

  var text: StaticString {
    switch self {
    case .nothing: "nothing"
    case .resource: "a resource"
    case .guestResource: "guest-defined resource"
    case .differentGuestResource: "a different guest-defined resource"
    case .hostResource: "host-defined resource"
    case .differentHostResource: "a different host-defined resource"
    case .waitable: "a waitable"
    case .subtask: "a subtask"
    case .waitableSet: "a waitable set"
    case .readableStreamEnd: "the readable end of a stream"
    case .writableStreamEnd: "the writable end of a stream"
    case .readableFutureEnd: "the readable end of a future"
    case .writableFutureEnd: "the writable end of a future"
    case .otherStream: "a stream of another type"
    case .otherFuture: "a future of another type"
    case .errorContext: "an error context"
    }
  }
}

/// The end of a guest computation by one of the Canonical ABI's `trap_if`s.
package struct ComponentTrap: Error, BitwiseCopyable, Hashable, Sendable {
  package let reason: Reason
  var expected = HandleWord.nothing
  var found = HandleWord.nothing
  /// A handle or thread index, where the message names one.
  package var index: UInt32 = 0

  package init(_ reason: Reason, index: UInt32 = 0) {
    self.reason = reason
    self.index = index
  }

  init(wrongType index: UInt32, expected: HandleWord, found: HandleWord) {
    self.init(.wrongHandleType, index: index)
    self.expected = expected
    self.found = found
  }

  package var message: String {
    switch reason {
    case .unknownHandle, .unknownThread: "\(reason.text) \(index)"
    case .wrongHandleType:
      "handle index \(index) used with the wrong type, "
        + "expected \(expected.text) but found \(found.text)"
    default: "\(reason.text)"
    }
  }
}

extension ComponentTrap {
  package enum Reason: UInt8, CaseIterable, BitwiseCopyable, Hashable, Sendable {
    // Component Instances, canon lift, canon lower
    case cannotEnter
    case cannotLeave
    case uncaughtException
    // Table State, Resource State
    case unknownHandle
    case wrongHandleType
    case tableFull
    case lentHandle
    case borrowAsOwn
    case borrowsRemain
    // Loading, Storing
    case unalignedPointer
    case pointerOutOfBounds
    case stringOutOfBounds
    case hostStringOutOfBounds
    case listOutOfBounds
    case hostListOutOfBounds
    case reallocUnaligned
    case reallocOutOfBounds
    case stringTooLong
    case listTooLong
    case invalidUTF8
    case incompleteUTF8
    case invalidUTF16
    case invalidChar
    case invalidDiscriminant
    case hostValueTooLarge
    // Tasks
    case alreadyResolved
    case notCancelled
    case noResult
    case notAsyncTask
    case wrongTaskReturn
    case backpressureOverflow
    case unsupportedCallbackCode
    case cannotBlock
    case cannotBlockDeadlock
    case deadlock
    // Waitables
    case syncWaitInSet
    case joinWhileWaiting
    case setHasWaiters
    case setNotEmpty
    // Subtasks
    case subtaskNotResolved
    case subtaskResolutionDelivered
    case subtaskCancelledTwice
    // Streams and futures
    case concurrentCopy
    case copyTooLong
    case writeAfterReaderDropped
    case readAfterWriterDropped
    case liftAfterWriterDropped
    case readAfterRead
    case writeAfterWrite
    case liftAfterRead
    case dropUnwrittenFuture
    case intraComponentFuture
    case intraComponentStream
    case busyStreamReader
    case busyStreamWriter
    case busyFutureReader
    case streamInSet
    case futureInSet
    case noCopyToCancel
    // Threads
    case unknownThread
    case threadNotSuspended
    // Limits of the store
    case tooManyTasks
    case tooManyThreads
    case tooManyRecords
    case stackExhausted
    // Not the conversion's own
    case guestCode
    case bug
  }
}

extension ComponentTrap.Reason {
  /// The message, without the index that some go on with.
  package var text: StaticString {
    switch self {
    case .cannotEnter: "cannot enter component instance"
    case .cannotLeave: "cannot leave component instance"
    case .uncaughtException: "uncaught exception propagated out of component"
    case .unknownHandle: "unknown handle index"
    case .wrongHandleType: "handle used with the wrong type"
    case .tableFull: "the handle table has no free index"
    case .lentHandle: "cannot remove owned resource while borrowed"
    case .borrowAsOwn: "cannot lift own resource from a borrow"
    case .borrowsRemain: "borrow handles still remain at the end of the call"
    case .unalignedPointer: "unaligned pointer"
    case .pointerOutOfBounds: "pointer out of bounds of memory"
    case .stringOutOfBounds: "string content out-of-bounds"
    case .hostStringOutOfBounds: "string pointer/length out of bounds of memory"
    case .listOutOfBounds: "list content out-of-bounds"
    case .hostListOutOfBounds: "list pointer/length out of bounds of memory"
    case .reallocUnaligned: "realloc return: result not aligned"
    case .reallocOutOfBounds: "realloc return: beyond end of memory"
    case .stringTooLong: "string exceeds the maximum byte length"
    case .listTooLong: "list exceeds the maximum byte length"
    case .invalidUTF8: "invalid utf-8"
    case .incompleteUTF8: "incomplete utf-8 byte sequence"
    case .invalidUTF16: "invalid utf-16: unpaired surrogate found"
    case .invalidChar: "invalid `char` bit pattern"
    case .invalidDiscriminant: "invalid variant discriminant"
    case .hostValueTooLarge: "value exceeds the limit on values passed to the host"
    case .alreadyResolved:
      "`task.return` or `task.cancel` called more than once for current task"
    case .notCancelled: "`task.cancel` called by task which has not been cancelled"
    case .noResult: "async-lifted export failed to produce a result"
    case .notAsyncTask: "`task.return` or `task.cancel` called by a task that is not async-lifted"
    case .wrongTaskReturn: "invalid `task.return` signature and/or options for current task"
    case .backpressureOverflow: "backpressure counter overflow"
    case .unsupportedCallbackCode: "unsupported callback code"
    case .cannotBlock: "cannot block a synchronous task before returning"
    case .cannotBlockDeadlock:
      """
      cannot block a synchronous task before returning: \
      deadlock detected: event loop cannot make further progress
      """
    case .deadlock: "deadlock detected: event loop cannot make further progress"
    // The suite has one wording for both orders.
    case .syncWaitInSet, .joinWhileWaiting:
      "waitable cannot be used synchronously while added to a waitable set"
    case .setHasWaiters: "cannot drop waitable set with waiters"
    case .setNotEmpty: "cannot drop waitable set with waitables in it"
    case .subtaskNotResolved: "cannot drop a subtask which has not yet resolved"
    case .subtaskResolutionDelivered: "`subtask.cancel` called after terminal status delivered"
    case .subtaskCancelledTwice: "`subtask.cancel` called more than once for a subtask"
    case .concurrentCopy: "cannot have concurrent operations active on a future/stream"
    case .copyTooLong: "stream read/write count too large"
    case .writeAfterReaderDropped:
      "cannot write to stream after being notified that the readable end dropped"
    case .readAfterWriterDropped:
      "cannot read from stream after being notified that the writable end dropped"
    case .liftAfterWriterDropped:
      "cannot lift stream after being notified that the writable end dropped"
    case .readAfterRead: "cannot read from future after previous read succeeded"
    case .writeAfterWrite:
      "cannot write to future after previous write succeeded or readable end dropped"
    case .liftAfterRead: "cannot lift future after previous read succeeded"
    case .dropUnwrittenFuture: "cannot drop future write end without first writing a value"
    case .intraComponentFuture:
      "cannot read from and write to intra-component future with non-numeric payload"
    case .intraComponentStream:
      "cannot read from and write to intra-component stream with non-numeric payload"
    case .busyStreamReader: "cannot remove busy stream"
    case .busyStreamWriter: "cannot drop busy stream"
    case .busyFutureReader: "cannot remove busy future"
    case .streamInSet: "cannot lift stream while it's in a waitable set"
    case .futureInSet: "cannot lift future while it's in a waitable set"
    case .noCopyToCancel: "stream or future copy cancelled when none is pending"
    case .unknownThread: "unknown thread index"
    case .threadNotSuspended: "cannot resume thread which is not suspended"
    case .tooManyTasks: "the store has too many tasks"
    case .tooManyThreads: "the store has too many threads"
    case .tooManyRecords: "the store has too many streams, futures or waitable sets"
    case .stackExhausted: "call stack exhausted"
    case .guestCode: "a function that the conversion called did not return"
    case .bug: "internal error"
    }
  }

  /// Where the specification has the check: a function of definitions.py, nil for what is not from there.
  package var specification: StaticString? {
    switch self {
    case .cannotEnter: "Store.lift"
    case .cannotLeave: "canon_lower and the built-ins"
    case .uncaughtException: "call_and_trap_on_throw"
    case .unknownHandle: "Table.get"
    case .wrongHandleType: "lift_own, lift_borrow, canon_resource_rep, ..."
    case .tableFull: "Table.add"
    case .lentHandle: "lift_own, canon_resource_drop"
    case .borrowAsOwn: "lift_own"
    case .borrowsRemain: "Task.return_, Task.cancel"
    case .unalignedPointer: "load_list_from_range, load_string_from_range, lift_flat_values, ..."
    case .pointerOutOfBounds: "lift_flat_values, lower_flat_values"
    case .stringOutOfBounds, .hostStringOutOfBounds:
      "load_string_from_range, store_string_copy, ..."
    case .listOutOfBounds, .hostListOutOfBounds: "load_list_from_range, store_list_into_range"
    case .reallocUnaligned, .reallocOutOfBounds: "store_list_into_range, store_string_copy, ..."
    case .stringTooLong, .invalidUTF8, .incompleteUTF8, .invalidUTF16: "load_string_from_range"
    case .listTooLong: "load_list_from_range"
    case .invalidChar: "convert_i32_to_char"
    case .invalidDiscriminant: "load_variant, lift_flat_variant"
    case .alreadyResolved: "Task.return_"
    case .notCancelled: "Task.cancel"
    case .noResult: "Task.unregister_thread"
    case .notAsyncTask, .wrongTaskReturn: "canon_task_return"
    case .backpressureOverflow: "canon_backpressure_inc"
    case .unsupportedCallbackCode: "unpack_callback_result"
    case .cannotBlock, .cannotBlockDeadlock: "canon_lift"
    case .syncWaitInSet: "stream_copy, cancel_copy, canon_subtask_cancel"
    case .joinWhileWaiting: "canon_waitable_join"
    case .setHasWaiters, .setNotEmpty: "WaitableSet.drop"
    case .subtaskNotResolved: "Subtask.drop"
    case .subtaskResolutionDelivered, .subtaskCancelledTwice: "canon_subtask_cancel"
    case .concurrentCopy, .writeAfterReaderDropped, .readAfterWriterDropped, .readAfterRead,
      .writeAfterWrite:
      "stream_copy, future_copy"
    case .copyTooLong: "BufferGuestImpl"
    case .liftAfterWriterDropped, .liftAfterRead, .streamInSet, .futureInSet: "lift_async_value"
    case .dropUnwrittenFuture: "WritableFutureEnd.drop"
    case .intraComponentFuture, .intraComponentStream: "SharedStreamImpl.read"
    case .busyStreamReader, .busyStreamWriter, .busyFutureReader: "CopyEnd.drop"
    case .noCopyToCancel: "cancel_copy"
    case .unknownThread, .threadNotSuspended: "canon_thread_resume_later"
    case .hostValueTooLarge, .deadlock, .tooManyTasks, .tooManyThreads, .tooManyRecords,
      .stackExhausted, .guestCode, .bug:
      nil
    }
  }
}

/// `trap_if`
@inline(__always)
func trapIf(_ condition: Bool, _ reason: ComponentTrap.Reason) throws(ComponentTrap) {
  if condition { throw ComponentTrap(reason) }
}
