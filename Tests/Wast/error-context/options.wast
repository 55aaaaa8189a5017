;; What the definitions of the error context built-ins must and must not have: CanonicalABI.md, canon
;; error-context.new and canon error-context.debug-message.
(component definition
  (core module $M
    (memory (export "mem") 1)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) unreachable))
  (core instance $m (instantiate $M))
  (core func (canon error-context.new (memory (core memory $m "mem")) string-encoding=utf16))
  (core func (canon error-context.debug-message
    (memory (core memory $m "mem")) (realloc (core func $m "realloc"))))
  (core func (canon error-context.drop)))
(assert_invalid (component (core func (canon error-context.new))) "`memory` is required")
(assert_invalid
  (component
    (core module $M (memory (export "mem") 1))
    (core instance $m (instantiate $M))
    (core func (canon error-context.debug-message (memory (core memory $m "mem")))))
  "`realloc` is required")
(assert_invalid
  (component
    (core module $M (memory (export "mem") 1))
    (core instance $m (instantiate $M))
    (core func (canon error-context.new (memory (core memory $m "mem")) async)))
  "`async` cannot be specified")
