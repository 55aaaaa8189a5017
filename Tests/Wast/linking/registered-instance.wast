;; A component of the script imports an earlier instance under the name it is registered with, resources included;
;; both are roots, with handle tables of their own: CanonicalABI.md, Component Instances.
(component $lib
  (type $R' (resource (rep i32)))
  (export $R "r" (type $R'))
  (core func $resource.new (canon resource.new $R'))
  (core module $M
    (import "" "resource.new" (func $resource.new (param i32) (result i32)))
    (func (export "new") (param i32) (result i32) (call $resource.new (local.get 0)))
    (func (export "rep") (param i32) (result i32) (local.get 0))
  )
  (core instance $m (instantiate $M (with "" (instance
    (export "resource.new" (func $resource.new))
  ))))
  (func (export "new") (param "rep" u32) (result (own $R)) (canon lift (core func $m "new")))
  (func (export "rep") (param "r" (borrow $R)) (result u32) (canon lift (core func $m "rep")))
)
(register "lib" $lib)
(component definition $Client
  (import "lib" (instance $lib
    (export "r" (type $R (sub resource)))
    (export "new" (func (param "rep" u32) (result (own $R))))
    (export "rep" (func (param "r" (borrow $R)) (result u32)))))
  (core func $new (canon lower (func $lib "new")))
  (core func $rep (canon lower (func $lib "rep")))
  (core module $M
    (import "" "new" (func $new (param i32) (result i32)))
    (import "" "rep" (func $rep (param i32) (result i32)))
    (func (export "handle") (result i32) (call $new (i32.const 40)))
    (func (export "rep") (param i32) (result i32) (call $rep (local.get 0)))
  )
  (core instance $m (instantiate $M (with "" (instance
    (export "new" (func $new))
    (export "rep" (func $rep))
  ))))
  (func (export "handle") (result u32) (canon lift (core func $m "handle")))
  (func (export "rep") (param "handle" u32) (result u32) (canon lift (core func $m "rep")))
)
(component instance $one $Client)
(assert_return (invoke $one "handle") (u32.const 1))
(assert_return (invoke $one "handle") (u32.const 2))
(assert_return (invoke $one "rep" (u32.const 2)) (u32.const 40))
(component instance $two $Client)
(assert_return (invoke $two "handle") (u32.const 1))
(assert_trap (invoke $two "rep" (u32.const 2)) "unknown handle index 2")
;; The library was entered before the argument was lifted (`Store.lift`), so it is poisoned with its caller.
(assert_trap (invoke $one "rep" (u32.const 1)) "cannot enter component instance")
