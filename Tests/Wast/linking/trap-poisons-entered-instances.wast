;; A trap leaves every instance that was entered at that moment un-enterable: the one that trapped, its callers, and
;; the ancestors of both. A root of its own is not concerned: CanonicalABI.md, Component Instances (`enter_from`).
(component definition $Tree
  (component $Callee
    (core module $M
      (func (export "trap") unreachable)
      (func (export "f") (result i32) (i32.const 1))
    )
    (core instance $m (instantiate $M))
    (func (export "trap") (canon lift (core func $m "trap")))
    (func (export "f") (result u32) (canon lift (core func $m "f")))
  )
  (component $Caller
    (import "trap" (func $trap))
    (core func $trap (canon lower (func $trap)))
    (core module $M
      (import "" "trap" (func $trap))
      (func (export "trap") (call $trap))
      (func (export "f") (result i32) (i32.const 2))
    )
    (core instance $m (instantiate $M (with "" (instance
      (export "trap" (func $trap))
    ))))
    (func (export "trap") (canon lift (core func $m "trap")))
    (func (export "f") (result u32) (canon lift (core func $m "f")))
  )
  (component $Sibling
    (core module $M
      (func (export "f") (result i32) (i32.const 3))
    )
    (core instance $m (instantiate $M))
    (func (export "f") (result u32) (canon lift (core func $m "f")))
  )
  (instance $callee (instantiate $Callee))
  (instance $caller (instantiate $Caller (with "trap" (func $callee "trap"))))
  (instance $sibling (instantiate $Sibling))
  (func (export "trap") (alias export $caller "trap"))
  (func (export "callee") (alias export $callee "f"))
  (func (export "caller") (alias export $caller "f"))
  (func (export "sibling") (alias export $sibling "f"))
)
(component instance $other $Tree)
(component instance $i $Tree)
(assert_return (invoke $i "callee") (u32.const 1))
(assert_return (invoke $i "caller") (u32.const 2))
(assert_return (invoke $i "sibling") (u32.const 3))
(assert_trap (invoke $i "trap") "unreachable")
(assert_trap (invoke $i "callee") "cannot enter component instance")
(assert_trap (invoke $i "caller") "cannot enter component instance")
;; Not entered itself, but below the root that was.
(assert_trap (invoke $i "sibling") "cannot enter component instance")
(assert_return (invoke $other "callee") (u32.const 1))
(assert_return (invoke $other "caller") (u32.const 2))
(assert_return (invoke $other "sibling") (u32.const 3))
