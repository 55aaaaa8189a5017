;; What makes a component of number-lines.c: build.sh puts the compiled module in the place of PROGRAM.
;;
;;     package example:filters@1.0.0;
;;
;;     world filter {
;;       export filter: async func(input: stream<u8>) -> stream<u8>;
;;     }
(component
  (core module $memory (memory (export "memory") 1))
  (core instance $memory (instantiate $memory))

  (type $bytes (stream u8))
  (core func $stream-new (canon stream.new $bytes))
  (core func $stream-read (canon stream.read $bytes async
    (memory (core memory $memory "memory"))))
  (core func $stream-write (canon stream.write $bytes async
    (memory (core memory $memory "memory"))))
  (core func $stream-drop-readable (canon stream.drop-readable $bytes))
  (core func $stream-drop-writable (canon stream.drop-writable $bytes))
  (core func $task-return (canon task.return (result $bytes)))
  (core func $waitable-set-new (canon waitable-set.new))
  (core func $waitable-set-wait (canon waitable-set.wait
    (memory (core memory $memory "memory"))))
  (core func $waitable-set-drop (canon waitable-set.drop))
  (core func $waitable-join (canon waitable.join))

  (core module $program binary "PROGRAM")
  (core instance $program (instantiate $program
    (with "env" (instance (export "memory" (memory $memory "memory"))))
    (with "host" (instance
      (export "stream-new" (func $stream-new)) (export "stream-read" (func $stream-read))
      (export "stream-write" (func $stream-write))
      (export "stream-drop-readable" (func $stream-drop-readable))
      (export "stream-drop-writable" (func $stream-drop-writable))
      (export "task-return" (func $task-return))
      (export "waitable-set-new" (func $waitable-set-new))
      (export "waitable-set-wait" (func $waitable-set-wait))
      (export "waitable-set-drop" (func $waitable-set-drop))
      (export "waitable-join" (func $waitable-join))))))

  (func (export "filter") async (param "input" $bytes) (result $bytes)
    (canon lift (core func $program "filter") async (callback (core func $program "resume")))))
