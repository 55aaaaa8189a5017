;; A component imports a component and instantiates it as often as it likes, with imports of its own choice:
;; Explainer.md, Instance Definitions.
(component definition $Test
  (component $Adder
    (import "n" (func $n (result u32)))
    (core func $n (canon lower (func $n)))
    (core module $M
      (import "" "n" (func $n (result i32)))
      (func (export "add") (param i32) (result i32) (i32.add (local.get 0) (call $n)))
    )
    (core instance $m (instantiate $M (with "" (instance
      (export "n" (func $n))
    ))))
    (func (export "add") (param "x" u32) (result u32) (canon lift (core func $m "add")))
  )
  (component $Client
    (import "adder" (component $Adder
      (import "n" (func (result u32)))
      (export "add" (func (param "x" u32) (result u32)))))
    (component $Constant
      (core module $M
        (func (export "seven") (result i32) (i32.const 7))
        (func (export "ninety") (result i32) (i32.const 90))
      )
      (core instance $m (instantiate $M))
      (func (export "seven") (result u32) (canon lift (core func $m "seven")))
      (func (export "ninety") (result u32) (canon lift (core func $m "ninety")))
    )
    (instance $constant (instantiate $Constant))
    (instance $seven (instantiate $Adder (with "n" (func $constant "seven"))))
    (instance $ninety (instantiate $Adder (with "n" (func $constant "ninety"))))
    (func (export "seven") (alias export $seven "add"))
    (func (export "ninety") (alias export $ninety "add"))
  )
  (instance $client (instantiate $Client (with "adder" (component $Adder))))
  (func (export "seven") (alias export $client "seven"))
  (func (export "ninety") (alias export $client "ninety"))
)
(component instance $i $Test)
(assert_return (invoke "seven" (u32.const 1)) (u32.const 8))
(component instance $i $Test)
(assert_return (invoke "ninety" (u32.const 1)) (u32.const 91))
(assert_invalid
  (component
    (component $C (import "c" (component (export "f" (func)))))
    (component $D (import "g" (func)) (export "f" (func 0)))
    (instance (instantiate $C (with "c" (component $D)))))
  "missing expected import `g`")
