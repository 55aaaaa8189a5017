;; `implements` lets one interface be imported several times under plain names; the imports stay distinct:
;; Explainer.md, Import and Export Definitions.
(component definition $Test
  (component $Store
    (import "id" (func $id (result u32)))
    (export "get" (func $id))
  )
  (component $One
    (core module $M
      (func (export "id") (result i32) (i32.const 1))
    )
    (core instance $m (instantiate $M))
    (func (export "id") (result u32) (canon lift (core func $m "id")))
  )
  (component $Two
    (core module $M
      (func (export "id") (result i32) (i32.const 2))
    )
    (core instance $m (instantiate $M))
    (func (export "id") (result u32) (canon lift (core func $m "id")))
  )
  (component $Client
    (import "primary" (implements "wasi:keyvalue/store@1.0.0") (external-id "one")
      (instance $primary (export "get" (func (result u32)))))
    (import "secondary" (implements "wasi:keyvalue/store@1.0.0")
      (instance $secondary (export "get" (func (result u32)))))
    (core func $primary (canon lower (func $primary "get")))
    (core func $secondary (canon lower (func $secondary "get")))
    (core module $M
      (import "" "primary" (func $primary (result i32)))
      (import "" "secondary" (func $secondary (result i32)))
      (func (export "run") (result i32) (i32.add (i32.mul (call $primary) (i32.const 10)) (call $secondary)))
    )
    (core instance $m (instantiate $M (with "" (instance
      (export "primary" (func $primary))
      (export "secondary" (func $secondary))
    ))))
    (func (export "run") (result u32) (canon lift (core func $m "run")))
  )
  (instance $one (instantiate $One))
  (instance $two (instantiate $Two))
  (instance $store1 (instantiate $Store (with "id" (func $one "id"))))
  (instance $store2 (instantiate $Store (with "id" (func $two "id"))))
  (instance $client (instantiate $Client
    (with "secondary" (instance $store2))
    (with "primary" (instance $store1))))
  (func (export "run") (alias export $client "run"))
)
(component instance $i $Test)
(assert_return (invoke "run") (u32.const 12))

(assert_invalid (component (import "a" (implements "a:b/c") (func))) "only instances can have an `implements`")
(assert_invalid (component (import "a:b/c" (implements "a:b/c") (instance))) "is not valid with `implements`")
(assert_invalid (component (import "a" (implements "b") (instance))) "must be an interface")
