;; A core start function runs on the thread of a task of its own, whose context slots start as zero: Concurrency.md,
;; Interaction with the start function; CanonicalABI.md, Threads (`storage`).
(component definition $Test
  (core func $get0 (canon context.get i32 0))
  (core func $get1 (canon context.get i32 1))
  (core func $set0 (canon context.set i32 0))
  (core func $set1 (canon context.set i32 1))
  (core instance $context
    (export "get0" (func $get0)) (export "get1" (func $get1))
    (export "set0" (func $set0)) (export "set1" (func $set1)))
  (core module $Started
    (import "" "get0" (func $get0 (result i32)))
    (import "" "get1" (func $get1 (result i32)))
    (import "" "set0" (func $set0 (param i32)))
    (import "" "set1" (func $set1 (param i32)))
    (global $sum (mut i32) (i32.const 100))
    (func $start
      (global.set $sum (i32.add (call $get0) (call $get1)))
      (call $set0 (i32.const 5))
      (call $set1 (i32.const 6))
      (global.set $sum
        (i32.add (global.get $sum) (i32.add (i32.mul (call $get0) (i32.const 10)) (call $get1)))))
    (start $start)
    (func (export "sum") (result i32) (global.get $sum))
    (func (export "now") (result i32) (i32.add (call $get0) (call $get1))))
  (core instance $a (instantiate $Started (with "" (instance $context))))
  (core instance $b (instantiate $Started (with "" (instance $context))))
  (func (export "first") (result u32) (canon lift (core func $a "sum")))
  (func (export "second") (result u32) (canon lift (core func $b "sum")))
  (func (export "now") (result u32) (canon lift (core func $a "now")))
)
(component instance $i $Test)
(assert_return (invoke "first") (u32.const 56))
(assert_return (invoke "second") (u32.const 56))
(assert_return (invoke "now") (u32.const 0))
