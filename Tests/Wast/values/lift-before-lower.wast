;; All parameters are lifted before the first is lowered, in their order; so a later parameter that is wrong is found
;; before the callee's realloc runs: CanonicalABI.md, canon lift (`task.start()` before lower_flat_values). Wasmtime
;; lowers each parameter as it lifts it.
(component definition $Test
  (component $Callee
    (core module $M
      (memory (export "mem") 1)
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) unreachable)
      (func (export "f") (param i32 i32 i32 i32)))
    (core instance $m (instantiate $M))
    (func (export "f") (param "s" string) (param "c" char) (param "b" bool)
      (canon lift (core func $m "f") (memory (core memory $m "mem")) (realloc (core func $m "realloc"))))
  )
  (component $Caller
    (import "f" (func $f (param "s" string) (param "c" char) (param "b" bool)))
    (core module $Memory (memory (export "mem") 1))
    (core instance $memory (instantiate $Memory))
    (core func $f (canon lower (func $f) (memory (core memory $memory "mem"))))
    (core module $M
      (import "" "mem" (memory 1))
      (import "" "f" (func $f (param i32 i32 i32 i32)))
      (func (export "run") (param $length i32) (param $char i32)
        (call $f (i32.const 0) (local.get $length) (local.get $char) (i32.const 0)))
    )
    (core instance $m (instantiate $M (with "" (instance
      (export "mem" (memory $memory "mem"))
      (export "f" (func $f))
    ))))
    (func (export "run") (param "length" u32) (param "char" u32) (canon lift (core func $m "run")))
  )
  (instance $callee (instantiate $Callee))
  (instance $caller (instantiate $Caller (with "f" (func $callee "f"))))
  (func (export "run") (alias export $caller "run"))
)
(component instance $i $Test)
(assert_trap (invoke "run" (u32.const 1) (u32.const 65)) "unreachable")
(component instance $i $Test)
(assert_trap (invoke "run" (u32.const 1) (u32.const 0xd800)) "invalid `char` bit pattern")
(component instance $i $Test)
(assert_trap (invoke "run" (u32.const 65537) (u32.const 0xd800)) "string content out-of-bounds")
