;; A core exception that leaves a realloc is a trap; the core code that made the call does not see it:
;; CanonicalABI.md, LiftLowerContext.reallocate and canon lift (call_and_trap_on_throw).
(component definition $Test
  (component $Callee
    (core module $M
      (memory (export "mem") 1)
      (tag $t)
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) (throw $t))
      (func (export "f") (param i32 i32)))
    (core instance $m (instantiate $M))
    (func (export "f") (param "s" string)
      (canon lift (core func $m "f") (memory (core memory $m "mem")) (realloc (core func $m "realloc"))))
  )
  (component $Caller
    (import "f" (func $f (param "s" string)))
    (core module $Memory (memory (export "mem") 1))
    (core instance $memory (instantiate $Memory))
    (core func $f (canon lower (func $f) (memory (core memory $memory "mem"))))
    (core module $M
      (import "" "mem" (memory 1))
      (import "" "f" (func $f (param i32 i32)))
      (func (export "run")
        (block $caught
          (try_table (catch_all $caught) (call $f (i32.const 0) (i32.const 1)))
          (unreachable)))
    )
    (core instance $m (instantiate $M (with "" (instance
      (export "mem" (memory $memory "mem"))
      (export "f" (func $f))
    ))))
    (func (export "run") (canon lift (core func $m "run")))
  )
  (instance $callee (instantiate $Callee))
  (instance $caller (instantiate $Caller (with "f" (func $callee "f"))))
  (func (export "run") (alias export $caller "run"))
)
(component instance $i $Test)
(assert_trap (invoke "run") "uncaught exception propagated out of component")
