;; What `canon lift` and `canon lower` must and must not be given: Explainer.md, Canonical ABI; CanonicalABI.md,
;; Canonical ABI Options.
(component definition
  (core module $M
    (memory (export "mem") 1)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) unreachable)
    (func (export "f") (param i32 i32) (result i32) unreachable)
    (func (export "post") (param i32)))
  (core instance $m (instantiate $M))
  (func (param "s" string) (result string)
    (canon lift (core func $m "f") string-encoding=latin1+utf16 (memory (core memory $m "mem"))
      (realloc (core func $m "realloc")) (post-return (core func $m "post")))))
;; Needed and missing.
(assert_invalid
  (component
    (core module $M (func (export "f") (param i32 i32)))
    (core instance $m (instantiate $M))
    (func (param "s" string) (canon lift (core func $m "f"))))
  "`memory` is required")
(assert_invalid
  (component
    (core module $M (memory (export "mem") 1) (func (export "f") (param i32 i32)))
    (core instance $m (instantiate $M))
    (func (param "s" string) (canon lift (core func $m "f") (memory (core memory $m "mem")))))
  "`realloc` is required")
(assert_invalid
  (component
    (import "f" (func $f (result string)))
    (core module $M (memory (export "mem") 1))
    (core instance $m (instantiate $M))
    (core func (canon lower (func $f) (memory (core memory $m "mem")))))
  "`realloc` is required")
;; Parameters that are lifted need none.
(component definition
  (import "f" (func $f (param "s" string)))
  (core module $M (memory (export "mem") 1))
  (core instance $m (instantiate $M))
  (core func (canon lower (func $f) (memory (core memory $m "mem")))))
;; Given twice, or where it has no place.
(assert_invalid
  (component
    (import "f" (func $f))
    (core func (canon lower (func $f) string-encoding=utf8 string-encoding=utf16)))
  "conflicts with option")
(assert_invalid
  (component
    (import "f" (func $f))
    (core module $M (memory (export "mem") 1))
    (core instance $m (instantiate $M))
    (core func (canon lower (func $f) (memory (core memory $m "mem")) (memory (core memory $m "mem")))))
  "specified more than once")
(assert_invalid
  (component
    (import "f" (func $f))
    (core module $M (func (export "post")))
    (core instance $m (instantiate $M))
    (core func (canon lower (func $f) (post-return (core func $m "post")))))
  "`post-return` cannot be specified")
;; Of the wrong type.
(assert_invalid
  (component
    (core module $M
      (memory (export "mem") 1)
      (func (export "realloc") (param i32 i32 i32) (result i32) unreachable)
      (func (export "f") (param i32 i32)))
    (core instance $m (instantiate $M))
    (func (param "s" string)
      (canon lift (core func $m "f") (memory (core memory $m "mem")) (realloc (core func $m "realloc")))))
  "`realloc` uses a core function with an incorrect")
(assert_invalid
  (component
    (core module $M (func (export "f") (result i32) unreachable) (func (export "post") (param i64)))
    (core instance $m (instantiate $M))
    (func (result u32) (canon lift (core func $m "f") (post-return (core func $m "post")))))
  "`post-return` uses a core function with an incorrect")
