;;! component-model-nested-names=y
;; A nested name identifies an import as any other name does, the whole of it: Explainer.md, Import and Export
;; Definitions.
(component definition $Test
  (component $Callee
    (core module $M
      (func (export "f") (result i32) (i32.const 1))
      (func (export "g") (result i32) (i32.const 2))
    )
    (core instance $m (instantiate $M))
    (func $f (result u32) (canon lift (core func $m "f")))
    (func $g (result u32) (canon lift (core func $m "g")))
    (instance $i (export "f" (func $f)))
    (instance $j (export "f" (func $g)))
    (export "org:team:pkg/iface" (instance $i))
    (export "org:pkg/iface/part" (instance $j))
  )
  (component $Caller
    (import "org:team:pkg/iface" (instance $a (export "f" (func (result u32)))))
    (import "org:pkg/iface/part" (instance $b (export "f" (func (result u32)))))
    (core func $a (canon lower (func $a "f")))
    (core func $b (canon lower (func $b "f")))
    (core module $M
      (import "" "a" (func $a (result i32)))
      (import "" "b" (func $b (result i32)))
      (func (export "run") (result i32) (i32.add (i32.mul (call $a) (i32.const 10)) (call $b)))
    )
    (core instance $m (instantiate $M (with "" (instance
      (export "a" (func $a))
      (export "b" (func $b))
    ))))
    (func (export "run") (result u32) (canon lift (core func $m "run")))
  )
  (instance $callee (instantiate $Callee))
  (instance $caller (instantiate $Caller
    (with "org:team:pkg/iface" (instance $callee "org:team:pkg/iface"))
    (with "org:pkg/iface/part" (instance $callee "org:pkg/iface/part"))))
  (func (export "run") (alias export $caller "run"))
)
(component instance $i $Test)
(assert_return (invoke "run") (u32.const 12))
