;; Makes the letters of a text upper case, as far as they are ASCII: a filter for streams of bytes, written by hand.
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
  (core func $new (canon stream.new $bytes))
  (core func $read (canon stream.read $bytes async (memory (core memory $memory "memory"))))
  (core func $write (canon stream.write $bytes async (memory (core memory $memory "memory"))))
  (core func $drop-readable (canon stream.drop-readable $bytes))
  (core func $drop-writable (canon stream.drop-writable $bytes))
  (core func $return (canon task.return (result $bytes)))
  (core func $set-new (canon waitable-set.new))
  (core func $set-wait (canon waitable-set.wait (memory (core memory $memory "memory"))))
  (core func $set-drop (canon waitable-set.drop))
  (core func $join (canon waitable.join))

  (core module $program
    (import "host" "memory" (memory 1))
    (import "host" "new" (func $new (result i64)))
    (import "host" "read" (func $read (param $stream i32) (param i32 i32) (result i32)))
    (import "host" "write" (func $write (param $stream i32) (param i32 i32) (result i32)))
    (import "host" "drop-readable" (func $drop-readable (param $stream i32)))
    (import "host" "drop-writable" (func $drop-writable (param $stream i32)))
    (import "host" "return" (func $return (param $stream i32)))
    (import "host" "set-new" (func $set-new (result i32)))
    (import "host" "set-wait" (func $set-wait (param $set i32) (param $payload i32) (result i32)))
    (import "host" "set-drop" (func $set-drop (param $set i32)))
    (import "host" "join" (func $join (param $waitable i32) (param $set i32)))
    (global $buffer i32 (i32.const 1024))
    (global $size i32 (i32.const 64))

    ;; What a read or write comes to: the number of bytes, times 16, and 1 if the other side is gone. One that is not
    ;; done at once is waited for.
    (func $finish (param $stream i32) (param $result i32) (result i32)
      (local $set i32)
      (if (i32.ne (local.get $result) (i32.const -1 (; BLOCKED ;)))
        (then (return (local.get $result))))
      (local.set $set (call $set-new))
      (call $join (local.get $stream) (local.get $set))
      (drop (call $set-wait (local.get $set) (i32.const 16)))
      (call $join (local.get $stream) (i32.const 0))
      (call $set-drop (local.get $set))
      (i32.load (i32.const 20)))

    (func $uppercase (param $byte i32) (result i32)
      (select
        (i32.sub (local.get $byte) (i32.const 32)) (local.get $byte)
        (i32.lt_u (i32.sub (local.get $byte) (i32.const 97)) (i32.const 26))))

    ;; 1 if all was written, 0 if nobody reads any more.
    (func $write-all (param $stream i32) (param $start i32) (param $count i32) (result i32)
      (local $result i32)
      (loop $more
        (if (i32.eqz (local.get $count)) (then (return (i32.const 1))))
        (local.set $result (call $finish (local.get $stream)
          (call $write (local.get $stream) (local.get $start) (local.get $count))))
        (if (i32.and (local.get $result) (i32.const 15)) (then (return (i32.const 0))))
        (local.set $result (i32.shr_u (local.get $result) (i32.const 4)))
        (local.set $start (i32.add (local.get $start) (local.get $result)))
        (local.set $count (i32.sub (local.get $count) (local.get $result)))
        (br $more))
      unreachable)

    (func (export "filter") (param $input i32) (result i32)
      (local $ends i64) (local $output i32) (local $result i32) (local $count i32) (local $i i32)
      (local.set $ends (call $new))
      (local.set $output (i32.wrap_i64 (i64.shr_u (local.get $ends) (i64.const 32))))
      ;; The caller has its stream from here on; the bytes follow.
      (call $return (i32.wrap_i64 (local.get $ends)))
      (block $done
        (loop $next
          (local.set $result (call $finish (local.get $input)
            (call $read (local.get $input) (global.get $buffer) (global.get $size))))
          (local.set $count (i32.shr_u (local.get $result) (i32.const 4)))
          (local.set $i (global.get $buffer))
          (block $converted
            (loop $convert
              (br_if $converted (i32.eq (local.get $i)
                (i32.add (global.get $buffer) (local.get $count))))
              (i32.store8 (local.get $i) (call $uppercase (i32.load8_u (local.get $i))))
              (local.set $i (i32.add (local.get $i) (i32.const 1)))
              (br $convert)))
          (br_if $done (i32.eqz
            (call $write-all (local.get $output) (global.get $buffer) (local.get $count))))
          (br_if $next (i32.eqz (i32.and (local.get $result) (i32.const 15))))))
      (call $drop-readable (local.get $input))
      (call $drop-writable (local.get $output))
      (i32.const 0 (; EXIT ;)))

    ;; For events that `filter` has asked for by what it returns: it has not.
    (func (export "resume") (param $event i32) (param $index i32) (param $payload i32) (result i32)
      unreachable))
  (core instance $program (instantiate $program (with "host" (instance
    (export "memory" (memory $memory "memory")) (export "new" (func $new))
    (export "read" (func $read)) (export "write" (func $write))
    (export "drop-readable" (func $drop-readable)) (export "drop-writable" (func $drop-writable))
    (export "return" (func $return)) (export "set-new" (func $set-new))
    (export "set-wait" (func $set-wait)) (export "set-drop" (func $set-drop))
    (export "join" (func $join))))))

  (func (export "filter") async (param "input" $bytes) (result $bytes)
    (canon lift (core func $program "filter") async (callback (core func $program "resume")))))
