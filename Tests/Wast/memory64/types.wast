;; The core types of lifted and lowered functions follow the memory: Explainer.md, Canonical ABI (`memory.addrtype`);
;; CanonicalABI.md, flatten_functype.
(component definition
  (import "f" (func $f (param "s" string) (result string)))
  (core module $M
    (memory (export "mem") i64 1)
    (func (export "realloc") (param i64 i64 i64 i64) (result i64) unreachable)
    (func (export "g") (param i64 i64) (result i64) unreachable))
  (core instance $m (instantiate $M))
  (core func $lowered (canon lower (func $f) (memory (core memory $m "mem")) (realloc (core func $m "realloc"))))
  (core module $N (import "" "f" (func (param i64 i64 i64))))
  (core instance (instantiate $N (with "" (instance (export "f" (func $lowered))))))
  (func (param "s" string) (result string)
    (canon lift (core func $m "g") (memory (core memory $m "mem")) (realloc (core func $m "realloc")))))
;; A realloc of the other size.
(assert_invalid
  (component
    (import "f" (func $f (result string)))
    (core module $M
      (memory (export "mem") i64 1)
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) unreachable))
    (core instance $m (instantiate $M))
    (core func (canon lower (func $f) (memory (core memory $m "mem")) (realloc (core func $m "realloc")))))
  "`realloc` uses a core function with an incorrect")
;; A lifted function with pointers of the other size.
(assert_invalid
  (component
    (core module $M
      (memory (export "mem") i64 1)
      (func (export "g") (result i32) unreachable))
    (core instance $m (instantiate $M))
    (func (result string) (canon lift (core func $m "g") (memory (core memory $m "mem")))))
  "lowered result types `[I64]` do not match")
