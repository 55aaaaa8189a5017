;; `task.return` names a result type that it lifts, so that it may need a memory, and nothing that only lowering
;; needs: CanonicalABI.md, canon task.return.
(component definition
  (core module $M (memory (export "mem") 1))
  (core instance $m (instantiate $M))
  (core func (canon task.return))
  (core func (canon task.return (result u64)))
  (core func (canon task.return (result string) (memory (core memory $m "mem")) string-encoding=utf16)))
(assert_invalid (component (core func (canon task.return (result string)))) "`memory` is required")
(assert_invalid
  (component
    (core module $M
      (memory (export "mem") 1) (func (export "realloc") (param i32 i32 i32 i32) (result i32) unreachable))
    (core instance $m (instantiate $M))
    (core func (canon task.return (result string)
      (memory (core memory $m "mem")) (realloc (core func $m "realloc")))))
  "`realloc` cannot be specified")
(assert_invalid (component (core func (canon task.return async))) "`async` cannot be specified")
