;; An instance argument may have more exports than are imported, in any order, and may be put together from functions
;; of several instances: Explainer.md, Instance Definitions and Type Checking.
(component definition $Test
  (component $C
    (core module $M
      (func (export "f") (result i32) (i32.const 1))
      (func (export "g") (result i32) (i32.const 2))
    )
    (core instance $m (instantiate $M))
    (func (export "f") (result u32) (canon lift (core func $m "f")))
    (func (export "g") (result u32) (canon lift (core func $m "g")))
  )
  (component $Client
    (import "i" (instance $i
      (export "b" (func (result u32)))
      (export "a" (func (result u32)))
      (export "inner" (instance (export "f" (func (result u32)))))))
    (alias export $i "inner" (instance $inner))
    (core func $a (canon lower (func $i "a")))
    (core func $b (canon lower (func $i "b")))
    (core func $f (canon lower (func $inner "f")))
    (core module $M
      (import "" "a" (func $a (result i32)))
      (import "" "b" (func $b (result i32)))
      (import "" "f" (func $f (result i32)))
      (func (export "run") (result i32)
        (i32.add
          (i32.add (i32.mul (call $a) (i32.const 100)) (i32.mul (call $b) (i32.const 10)))
          (call $f)))
    )
    (core instance $m (instantiate $M (with "" (instance
      (export "a" (func $a))
      (export "b" (func $b))
      (export "f" (func $f))
    ))))
    (func (export "run") (result u32) (canon lift (core func $m "run")))
  )
  (instance $c1 (instantiate $C))
  (instance $c2 (instantiate $C))
  (instance $client (instantiate $Client (with "i" (instance
    (export "unused" (func $c1 "f"))
    (export "a" (func $c1 "g"))
    (export "inner" (instance $c2))
    (export "b" (func $c2 "f"))))))
  (func (export "run") (alias export $client "run"))
)
(component instance $i $Test)
(assert_return (invoke "run") (u32.const 211))
(assert_invalid
  (component
    (component $Client (import "i" (instance (export "a" (func)))))
    (instance $empty)
    (instance (instantiate $Client (with "i" (instance $empty)))))
  "missing expected export `a`")
