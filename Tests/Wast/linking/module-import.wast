;; A component imports core modules and instantiates them with its own arguments, each time anew: Explainer.md, Import
;; and Export Definitions ("just 1 core sort: `module`").
(component definition $Test
  (component $Library
    (core module $Counter
      (import "step" "by" (global $by i32))
      (global $n (mut i32) (i32.const 0))
      (func (export "next") (result i32)
        (global.set $n (i32.add (global.get $n) (global.get $by)))
        (global.get $n)))
    (export "counter" (core module $Counter))
  )
  (component $Client
    (import "counter" (core module $Counter
      (import "step" "by" (global i32))
      (export "next" (func (result i32)))))
    (core module $One (global (export "by") i32 (i32.const 1)))
    (core module $Five (global (export "by") i32 (i32.const 5)))
    (core instance $one (instantiate $One))
    (core instance $five (instantiate $Five))
    (core instance $ones (instantiate $Counter (with "step" (instance $one))))
    (core instance $fives (instantiate $Counter (with "step" (instance $five))))
    (func (export "ones") (result u32) (canon lift (core func $ones "next")))
    (func (export "fives") (result u32) (canon lift (core func $fives "next")))
  )
  (instance $library (instantiate $Library))
  (instance $client (instantiate $Client (with "counter" (core module $library "counter"))))
  (func (export "ones") (alias export $client "ones"))
  (func (export "fives") (alias export $client "fives"))
)
(component instance $i $Test)
(assert_return (invoke "ones") (u32.const 1))
(assert_return (invoke "ones") (u32.const 2))
(assert_return (invoke "fives") (u32.const 5))
(assert_invalid
  (component
    (component $C (import "m" (core module (export "f" (func (result i32))))))
    (core module $M (func (export "f") (result i64) (i64.const 0)))
    (instance (instantiate $C (with "m" (core module $M)))))
  "type mismatch")
