;; `async` is for functions of async type, `callback` needs `async`, `post-return` excludes it: Explainer.md,
;; Canonical ABI. A function of async type may be lifted and lowered synchronously.
(component definition
  (import "f" (func $f async (param "x" u32) (result u32)))
  (core module $M
    (memory (export "mem") 1)
    (func (export "f") (param i32) (result i32) unreachable)
    (func (export "cb") (param i32 i32 i32) (result i32) unreachable)
    (func (export "stackful") (param i32)))
  (core instance $m (instantiate $M))
  (func async (param "x" u32) (result u32) (canon lift (core func $m "f")))
  (func async (param "x" u32) (result u32) (canon lift (core func $m "f") async (callback (core func $m "cb"))))
  (func async (param "x" u32) (result u32) (canon lift (core func $m "stackful") async))
  (core func (canon lower (func $f)))
  (core func (canon lower (func $f) async (memory (core memory $m "mem")))))
(assert_invalid
  (component
    (core module $M (func (export "f")))
    (core instance $m (instantiate $M))
    (func (canon lift (core func $m "f") async)))
  "the `async` canonical option requires an async function type")
(assert_invalid
  (component (import "f" (func $f)) (core func (canon lower (func $f) async)))
  "the `async` canonical option requires an async function type")
(assert_invalid
  (component
    (core module $M
      (func (export "f") (result i32) unreachable)
      (func (export "cb") (param i32 i32 i32) (result i32) unreachable))
    (core instance $m (instantiate $M))
    (func async (canon lift (core func $m "f") (callback (core func $m "cb")))))
  "cannot be used without `async`")
(assert_invalid
  (component
    (core module $M
      (func (export "f") (result i32) unreachable)
      (func (export "cb") (param i32 i32) (result i32) unreachable))
    (core instance $m (instantiate $M))
    (func async (canon lift (core func $m "f") async (callback (core func $m "cb")))))
  "`callback` uses a core function with an")
(assert_invalid
  (component
    (core module $M (func (export "f")) (func (export "post")))
    (core instance $m (instantiate $M))
    (func async (canon lift (core func $m "f") async (post-return (core func $m "post")))))
  "`post-return` cannot be used together with `async`")
;; A synchronous function is no asynchronous one, nor the other way round.
(assert_invalid
  (component
    (component $C (import "f" (func async)))
    (import "f" (func $f))
    (instance (instantiate $C (with "f" (func $f)))))
  "expected async")
(assert_invalid
  (component
    (component $C (import "f" (func)))
    (import "f" (func $f async))
    (instance (instantiate $C (with "f" (func $f)))))
  "expected sync")
