;; The task of a core start function has the type `func()`, not `async`: it has no `task.return` and may not block:
;; Concurrency.md, Interaction with the start function.
(assert_trap
  (component
    (core func $task.return (canon task.return))
    (core module $M
      (import "" "task.return" (func $task.return))
      (start $task.return))
    (core instance (instantiate $M (with "" (instance (export "task.return" (func $task.return)))))))
  "called by a task that is not async-lifted")
(assert_trap
  (component
    (core func $task.cancel (canon task.cancel))
    (core module $M
      (import "" "task.cancel" (func $task.cancel))
      (start $task.cancel))
    (core instance (instantiate $M (with "" (instance (export "task.cancel" (func $task.cancel)))))))
  "called by a task that is not async-lifted")
(assert_trap
  (component
    (core module $Memory (memory (export "mem") 1))
    (core instance $memory (instantiate $Memory))
    (core func $new (canon waitable-set.new))
    (core func $wait (canon waitable-set.wait (memory (core memory $memory "mem"))))
    (core module $M
      (import "" "new" (func $new (result i32)))
      (import "" "wait" (func $wait (param i32 i32) (result i32)))
      (func $start (drop (call $wait (call $new) (i32.const 0))))
      (start $start))
    (core instance (instantiate $M (with "" (instance
      (export "new" (func $new)) (export "wait" (func $wait)))))))
  "cannot block a synchronous task before returning")
;; Polling does not block.
(component
  (core module $Memory (memory (export "mem") 1))
  (core instance $memory (instantiate $Memory))
  (core func $new (canon waitable-set.new))
  (core func $poll (canon waitable-set.poll (memory (core memory $memory "mem"))))
  (core module $M
    (import "" "new" (func $new (result i32)))
    (import "" "poll" (func $poll (param i32 i32) (result i32)))
    (func $start (if (call $poll (call $new) (i32.const 0)) (then unreachable)))
    (start $start))
  (core instance (instantiate $M (with "" (instance
    (export "new" (func $new)) (export "poll" (func $poll)))))))
