;; A guest that reads a stream of bytes to its end, 64 KiB at a time, and says how many it were.
(component
  (type $S (stream u8))
  (core module $Memory (memory (export "mem") 2))
  (core instance $memory (instantiate $Memory))
  (core func $read (canon stream.read $S async (memory (core memory $memory "mem"))))
  (core func $drop (canon stream.drop-readable $S))
  (core func $set (canon waitable-set.new))
  (core func $join (canon waitable.join))
  (core func $wait (canon waitable-set.wait (memory (core memory $memory "mem"))))
  (core module $M
    (import "" "mem" (memory 2))
    (import "" "read" (func $read (param i32 i32 i32) (result i32)))
    (import "" "drop" (func $drop (param i32)))
    (import "" "set" (func $set (result i32)))
    (import "" "join" (func $join (param i32 i32)))
    (import "" "wait" (func $wait (param i32 i32) (result i32)))
    (func (export "consume") (param $s i32) (result i64) (local $result i32) (local $set i32) (local $total i64)
      (local.set $set (call $set))
      (call $join (local.get $s) (local.get $set))
      (loop $next
        (local.set $result (call $read (local.get $s) (i32.const 0) (i32.const 65536)))
        (if (i32.eq (local.get $result) (i32.const -1 (; BLOCKED ;)))
          (then
            (drop (call $wait (local.get $set) (i32.const 0x10000)))
            (local.set $result (i32.load (i32.const 0x10004)))))
        (local.set $total (i64.add (local.get $total)
          (i64.extend_i32_u (i32.shr_u (local.get $result) (i32.const 4)))))
        ;; 0: there may be more.
        (br_if $next (i32.eqz (i32.and (local.get $result) (i32.const 15)))))
      (call $drop (local.get $s))
      (local.get $total)))
  (core instance $m (instantiate $M (with "" (instance
    (export "mem" (memory $memory "mem")) (export "read" (func $read)) (export "drop" (func $drop))
    (export "set" (func $set)) (export "join" (func $join)) (export "wait" (func $wait))))))
  (func (export "consume") async (param "s" (stream u8)) (result u64) (canon lift (core func $m "consume"))))
