;; A trap in a core start function ends the instantiation of the component; other instances are not concerned:
;; CanonicalABI.md, Component Instances.
(component definition $Fine
  (core module $M
    (func (export "f") (result i32) (i32.const 3))
  )
  (core instance $m (instantiate $M))
  (func (export "f") (result u32) (canon lift (core func $m "f")))
)
(component instance $fine $Fine)
(assert_trap
  (component
    (core module $M (func $start unreachable) (start $start))
    (core instance (instantiate $M)))
  "unreachable")
(assert_return (invoke $fine "f") (u32.const 3))
