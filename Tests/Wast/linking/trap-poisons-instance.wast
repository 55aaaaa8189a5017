;; After a trap the instance that trapped can not be entered any more, by any export: Explainer.md, Component
;; Invariants; CanonicalABI.md, Component Instances (`may_enter`).
(component $i
  (core module $M
    (func (export "trap") unreachable)
    (func (export "f") (result i32) (i32.const 1))
  )
  (core instance $m (instantiate $M))
  (func (export "trap") (canon lift (core func $m "trap")))
  (func (export "f") (result u32) (canon lift (core func $m "f")))
)
(assert_return (invoke "f") (u32.const 1))
(assert_trap (invoke "trap") "unreachable")
(assert_trap (invoke "f") "cannot enter component instance")
(assert_trap (invoke "trap") "cannot enter component instance")
