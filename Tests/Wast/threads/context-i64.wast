;; With 64-bit memories context slots may be i64, then all of a component: CanonicalABI.md, canon context.get and
;; canon context.set.
(component definition $Test
  (core func $get (canon context.get i64 1))
  (core func $set (canon context.set i64 1))
  (core module $M
    (import "" "get" (func $get (result i64)))
    (import "" "set" (func $set (param i64)))
    (func (export "run") (param i64) (result i64)
      (if (i64.ne (call $get) (i64.const 0)) (then unreachable))
      (call $set (local.get 0))
      (call $get)))
  (core instance $m (instantiate $M (with "" (instance (export "get" (func $get)) (export "set" (func $set))))))
  (func (export "run") (param "x" u64) (result u64) (canon lift (core func $m "run")))
)
(component instance $i $Test)
(assert_return (invoke "run" (u64.const 0xfedcba9876543210)) (u64.const 0xfedcba9876543210))
(assert_invalid
  (component (core func (canon context.get i32 0)) (core func (canon context.set i64 1)))
  "must have the same type")
