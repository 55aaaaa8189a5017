;; A core exception that leaves a callback is a trap: CanonicalABI.md, canon lift (call_and_trap_on_throw).
(component definition $Test
  (core module $M
    (tag $t)
    (func (export "f") (result i32) (i32.const 1 (; YIELD ;)))
    (func (export "f-cb") (param i32 i32 i32) (result i32) (throw $t))
    (func (export "g") (result i32) (throw $t))
    (func (export "g-cb") (param i32 i32 i32) (result i32) (unreachable))
  )
  (core instance $m (instantiate $M))
  (func (export "f") async (canon lift (core func $m "f") async (callback (core func $m "f-cb"))))
  (func (export "g") async (canon lift (core func $m "g") async (callback (core func $m "g-cb"))))
)
(component instance $i $Test)
(assert_trap (invoke "f") "uncaught exception propagated out of component")
(component instance $i $Test)
(assert_trap (invoke "g") "uncaught exception propagated out of component")
