;; A core exception that leaves a post-return function is a trap: CanonicalABI.md, canon lift
;; (call_and_trap_on_throw).
(component definition $Test
  (component $Callee
    (core module $M
      (tag $t)
      (func (export "f") (result i32) (i32.const 1))
      (func (export "f-post") (param i32) (throw $t))
    )
    (core instance $m (instantiate $M))
    (func (export "f") (result u32) (canon lift (core func $m "f") (post-return (core func $m "f-post"))))
  )
  (component $Caller
    (import "f" (func $f (result u32)))
    (core func $f (canon lower (func $f)))
    (core module $M
      (import "" "f" (func $f (result i32)))
      (func (export "run")
        (block $caught (try_table (catch_all $caught) (drop (call $f))) (unreachable)))
    )
    (core instance $m (instantiate $M (with "" (instance
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
