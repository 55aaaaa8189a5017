;; The realloc of a caller, called for the results of its import, does not see the caller's context slots:
;; CanonicalABI.md, LiftLowerContext.reallocate.
(component definition $Test
  (component $Callee
    (core module $Memory (memory (export "mem") 1))
    (core instance $memory (instantiate $Memory))
    (core module $M
      (import "" "mem" (memory 1))
      (data (i32.const 8) "xyz")
      (func (export "f") (result i32)
        (i32.store (i32.const 0) (i32.const 8))
        (i32.store (i32.const 4) (i32.const 3))
        (i32.const 0))
    )
    (core instance $m (instantiate $M (with "" (instance
      (export "mem" (memory $memory "mem"))
    ))))
    (func (export "f") (result string) (canon lift (core func $m "f") (memory (core memory $memory "mem"))))
  )
  (component $Caller
    (import "f" (func $f (result string)))
    (core func $get (canon context.get i32 1))
    (core func $set (canon context.set i32 1))
    (core module $Memory
      (import "" "get" (func $get (result i32)))
      (import "" "set" (func $set (param i32)))
      (memory (export "mem") 1)
      (func (export "realloc") (param i32 i32 i32 i32) (result i32)
        (i32.store (i32.const 0) (i32.add (i32.const 1000) (call $get)))
        (call $set (i32.const 99))
        (i32.const 64)))
    (core instance $memory
      (instantiate $Memory (with "" (instance (export "get" (func $get)) (export "set" (func $set))))))
    (core func $f (canon lower (func $f)
      (memory (core memory $memory "mem")) (realloc (core func $memory "realloc"))))
    (core module $M
      (import "" "mem" (memory 1))
      (import "" "get" (func $get (result i32)))
      (import "" "set" (func $set (param i32)))
      (import "" "f" (func $f (param i32)))
      (func (export "run") (result i32)
        (call $set (i32.const 5))
        (call $f (i32.const 16))
        (i32.add (i32.load (i32.const 0)) (call $get))))
    (core instance $m (instantiate $M (with "" (instance
      (export "mem" (memory $memory "mem"))
      (export "get" (func $get)) (export "set" (func $set)) (export "f" (func $f))))))
    (func (export "run") (result u32) (canon lift (core func $m "run")))
  )
  (instance $callee (instantiate $Callee))
  (instance $caller (instantiate $Caller (with "f" (func $callee "f"))))
  (func (export "run") (alias export $caller "run"))
)
(component instance $i $Test)
(assert_return (invoke "run") (u32.const 1005))
