;; A start definition calls a function during instantiation, with values as arguments, and its result is a value that
;; can be exported and passed on: Explainer.md, Start Definitions. The value reaches the core code of the component
;; that imports it.
(component definition $Test
  (component $Doubler
    (import "in" (value $in u32))
    (core module $M
      (func (export "double") (param i32) (result i32) (i32.mul (local.get 0) (i32.const 2)))
    )
    (core instance $m (instantiate $M))
    (func $double (param "x" u32) (result u32) (canon lift (core func $m "double")))
    (start $double (value $in) (result (value $out)))
    (export "out" (value $out))
  )
  (component $Keeper
    (import "v" (value $v u32))
    (core module $M
      (global $v (mut i32) (i32.const 0))
      (func (export "set") (param i32) (global.set $v (local.get 0)))
      (func (export "get") (result i32) (global.get $v))
    )
    (core instance $m (instantiate $M))
    (func $set (param "x" u32) (canon lift (core func $m "set")))
    (start $set (value $v))
    (func (export "get") (result u32) (canon lift (core func $m "get")))
  )
  (value $seven u32 7)
  (instance $doubler (instantiate $Doubler (with "in" (value $seven))))
  (instance $keeper (instantiate $Keeper (with "v" (value $doubler "out"))))
  (func (export "get") (alias export $keeper "get"))
)
(component instance $i $Test)
(assert_return (invoke "get") (u32.const 14))
