;; The string that `error-context.debug-message` stores is checked as every string that is lowered, even if the host
;; has discarded the message: what realloc returns must be within the memory. CanonicalABI.md, canon
;; error-context.debug-message and store_string_copy.
(component definition $Test
  (core module $Memory
    (memory (export "mem") 1)
    ;; One past the end of the memory and one more.
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 65537)))
  (core instance $memory (instantiate $Memory))
  (core func $new (canon error-context.new (memory (core memory $memory "mem"))))
  (core func $debug-message (canon error-context.debug-message
    (memory (core memory $memory "mem")) (realloc (core func $memory "realloc"))))
  (core module $M
    (import "" "new" (func $new (param i32 i32) (result i32)))
    (import "" "debug-message" (func $debug-message (param i32 i32)))
    (func (export "run")
      (call $debug-message (call $new (i32.const 0) (i32.const 0)) (i32.const 16))))
  (core instance $m (instantiate $M (with "" (instance
    (export "new" (func $new))
    (export "debug-message" (func $debug-message))))))
  (func (export "run") (canon lift (core func $m "run")))
)
(component instance $i $Test)
(assert_trap (invoke "run") "string content out-of-bounds")
