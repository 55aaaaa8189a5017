;; A destructor runs in a task of its own: its context slots start as zero, and what it sets there is gone afterwards:
;; CanonicalABI.md, canon resource.drop (store.lift) and Threads (`storage`).
(component definition $Test
  (core func $get (canon context.get i32 0))
  (core func $set (canon context.set i32 0))
  (core module $Dtor
    (import "" "get" (func $get (result i32)))
    (import "" "set" (func $set (param i32)))
    (global $seen (export "seen") (mut i32) (i32.const -1))
    (func (export "dtor") (param i32)
      (global.set $seen (call $get))
      (call $set (i32.const 99))))
  (core instance $dtor (instantiate $Dtor (with "" (instance (export "get" (func $get)) (export "set" (func $set))))))
  (type $R (resource (rep i32) (dtor (core func $dtor "dtor"))))
  (core func $new (canon resource.new $R))
  (core func $drop (canon resource.drop $R))
  (core module $M
    (import "" "get" (func $get (result i32)))
    (import "" "set" (func $set (param i32)))
    (import "" "new" (func $new (param i32) (result i32)))
    (import "" "drop" (func $drop (param i32)))
    (import "" "seen" (global $seen (mut i32)))
    (func (export "run") (result i32)
      (call $set (i32.const 7))
      (call $drop (call $new (i32.const 1)))
      (i32.add (i32.mul (global.get $seen) (i32.const 100)) (call $get))))
  (core instance $m (instantiate $M (with "" (instance
    (export "get" (func $get)) (export "set" (func $set))
    (export "new" (func $new)) (export "drop" (func $drop))
    (export "seen" (global $dtor "seen"))))))
  (func (export "run") (result u32) (canon lift (core func $m "run")))
)
(component instance $i $Test)
(assert_return (invoke "run") (u32.const 7))
