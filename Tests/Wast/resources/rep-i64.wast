;; With 64-bit memories allowed a resource may be represented by an i64, which `resource.new`, `resource.rep` and the
;; destructor see in full: Explainer.md, Definition types and Resource built-ins. CanonicalABI.md flattens a borrow to
;; an i32, also for the definer that gets the representation, so that none is lent here.
(component definition $Test
  (core module $Dtor
    (global $dropped (export "dropped") (mut i64) (i64.const 0))
    (func (export "dtor") (param i64) (global.set $dropped (local.get 0))))
  (core instance $dtor (instantiate $Dtor))
  (type $R (resource (rep i64) (dtor (core func $dtor "dtor"))))
  (core func $new (canon resource.new $R))
  (core func $rep (canon resource.rep $R))
  (core func $drop (canon resource.drop $R))
  (core module $M
    (import "" "new" (func $new (param i64) (result i32)))
    (import "" "rep" (func $rep (param i32) (result i64)))
    (import "" "drop" (func $drop (param i32)))
    (import "" "dropped" (global $dropped (mut i64)))
    (func (export "run") (result i64)
      (local $h i32)
      (local.set $h (call $new (i64.const 0x123456789abcdef0)))
      (if (i64.ne (call $rep (local.get $h)) (i64.const 0x123456789abcdef0)) (then unreachable))
      (call $drop (local.get $h))
      (global.get $dropped)))
  (core instance $m (instantiate $M (with "" (instance
    (export "new" (func $new)) (export "rep" (func $rep)) (export "drop" (func $drop))
    (export "dropped" (global $dtor "dropped"))))))
  (func (export "run") (result u64) (canon lift (core func $m "run")))
)
(component instance $i $Test)
(assert_return (invoke "run") (u64.const 0x123456789abcdef0))
