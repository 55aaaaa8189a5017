;; An instance that imports from a poisoned root is alive until it calls there, which traps it as well:
;; CanonicalABI.md, Component Instances (`may_enter_from`).
(component $lib
  (core module $M
    (func (export "trap") unreachable)
    (func (export "f") (result i32) (i32.const 1))
  )
  (core instance $m (instantiate $M))
  (func (export "trap") (canon lift (core func $m "trap")))
  (func (export "f") (result u32) (canon lift (core func $m "f")))
)
(register "lib" $lib)
(component definition $Client
  (import "lib" (instance $lib (export "f" (func (result u32))) (export "trap" (func))))
  (core func $f (canon lower (func $lib "f")))
  (core module $M
    (import "" "f" (func $f (result i32)))
    (func (export "f") (result i32) (call $f))
    (func (export "alone") (result i32) (i32.const 2))
  )
  (core instance $m (instantiate $M (with "" (instance
    (export "f" (func $f))
  ))))
  (func (export "f") (result u32) (canon lift (core func $m "f")))
  (func (export "alone") (result u32) (canon lift (core func $m "alone")))
)
(component instance $client $Client)
(assert_return (invoke $client "f") (u32.const 1))
(assert_trap (invoke $lib "trap") "unreachable")
(assert_return (invoke $client "alone") (u32.const 2))
(assert_trap (invoke $client "f") "cannot enter component instance")
(assert_trap (invoke $client "alone") "cannot enter component instance")
