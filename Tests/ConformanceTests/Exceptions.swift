// Scripts that do not pass when they are run in some way, with the reason each: the one place for it. An entry that
// passes fails the run.

/// By their folder's and their own name; those of the package have `own/` in front.
enum Exceptions {
  /// In a store without concurrency.
  static let withoutConcurrency = [
    "values/post-return.wast": "uses streams",
    "values/variants.wast": "uses `task.return`",
    "own/error-context/in-stream.wast": "uses streams",
    "own/error-context/options.wast": "expects another message about the option `async`",
    "own/error-context/wrong-handle.wast": "uses waitable sets",
    "own/linking/core-start-context.wast": "uses `context.get`",
    "own/linking/core-start-is-synchronous.wast": "uses async functions",
    "own/linking/exception-leaves-callback.wast": "uses async functions",
    "own/linking/exception-leaves-thread.wast": "uses threads",
    "own/memory64/streams.wast": "uses streams",
    "own/resources/destructor-context.wast": "uses `context.get`",
    "own/validation/async-options.wast": "uses async functions",
    "own/validation/async-value-types.wast": "uses streams",
    "own/validation/short-option-index.wast": "uses waitable sets",
    "own/validation/stream-builtins.wast": "uses streams",
    "own/validation/task-return-options.wast": "uses `task.return`",
    "own/values/cross-component-realloc.wast": "uses threads",
    "own/values/may-leave-in-post-return.wast": "uses every built-in",
    "own/values/may-leave-in-realloc.wast": "uses every built-in",
    "own/values/realloc-context.wast": "uses `context.get`",
    "own/values/realloc-for-results-context.wast": "uses `context.get`",
  ]

  /// Under every random schedule.
  static let dependsOnOrder = [
    "async/async-calls-sync.wast": "numbers calls in the order in which two instances let them in",
    "async/big-interleaving-test.wast":
      "expects a wait whose event is there to return at once, and a yield not to",
    "async/drop-subtask.wast": "expects a task that yields not to go on at once",
    "own/async/entries-wait-in-line.wast":
      "expects a wait whose condition holds not to return at once",
    "own/threads/thread-cancel-callback.wast": "expects a task that yields not to go on at once",
  ]
}
