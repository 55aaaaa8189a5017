;; Dropping an own handle is a call into the instance that defines the resource, even if there is no destructor: it
;; traps if that instance can not be entered, here because it has trapped: CanonicalABI.md, canon resource.drop.
(component $lib
  (type $R' (resource (rep i32)))
  (export $R "r" (type $R'))
  (core func $resource.new (canon resource.new $R'))
  (core module $M
    (import "" "resource.new" (func $resource.new (param i32) (result i32)))
    (func (export "new") (result i32) (call $resource.new (i32.const 1)))
    (func (export "trap") unreachable)
  )
  (core instance $m (instantiate $M (with "" (instance
    (export "resource.new" (func $resource.new))
  ))))
  (func (export "new") (result (own $R)) (canon lift (core func $m "new")))
  (func (export "trap") (canon lift (core func $m "trap")))
)
(register "lib" $lib)
(component $client
  (import "lib" (instance $lib
    (export "r" (type $R (sub resource)))
    (export "new" (func (result (own $R))))))
  (alias export $lib "r" (type $R))
  (core func $new (canon lower (func $lib "new")))
  (core func $resource.drop (canon resource.drop $R))
  (core module $M
    (import "" "new" (func $new (result i32)))
    (import "" "resource.drop" (func $resource.drop (param i32)))
    (func (export "new") (result i32) (call $new))
    (func (export "drop") (param i32) (call $resource.drop (local.get 0)))
  )
  (core instance $m (instantiate $M (with "" (instance
    (export "new" (func $new))
    (export "resource.drop" (func $resource.drop))
  ))))
  (func (export "new") (result u32) (canon lift (core func $m "new")))
  (func (export "drop") (param "handle" u32) (canon lift (core func $m "drop")))
)
(assert_return (invoke $client "new") (u32.const 1))
(assert_return (invoke $client "new") (u32.const 2))
(assert_return (invoke $client "drop" (u32.const 1)))
(assert_trap (invoke $lib "trap") "unreachable")
(assert_trap (invoke $client "drop" (u32.const 2)) "cannot enter component instance")
