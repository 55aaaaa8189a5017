;; A core exception that leaves a destructor is a trap, even when the instance that defines the resource drops it:
;; CanonicalABI.md, canon resource.drop and canon lift (call_and_trap_on_throw).
(component definition $Test
  (component $C
    (core module $Dtor (tag $t) (func (export "dtor") (param i32) (throw $t)))
    (core instance $dtor (instantiate $Dtor))
    (type $R' (resource (rep i32) (dtor (core func $dtor "dtor"))))
    (export $R "r" (type $R'))
    (core func $resource.new (canon resource.new $R'))
    (core func $resource.drop (canon resource.drop $R'))
    (core module $M
      (import "" "resource.new" (func $resource.new (param i32) (result i32)))
      (import "" "resource.drop" (func $resource.drop (param i32)))
      (func (export "new") (result i32) (call $resource.new (i32.const 1)))
      (func (export "run")
        (block $caught
          (try_table (catch_all $caught) (call $resource.drop (call $resource.new (i32.const 1))))
          (unreachable)))
    )
    (core instance $m (instantiate $M (with "" (instance
      (export "resource.new" (func $resource.new))
      (export "resource.drop" (func $resource.drop))
    ))))
    (func (export "new") (result (own $R)) (canon lift (core func $m "new")))
    (func (export "run") (canon lift (core func $m "run")))
  )
  (component $D
    (import "c" (instance $c
      (export "r" (type $R (sub resource)))
      (export "new" (func (result (own $R))))))
    (alias export $c "r" (type $R))
    (core func $new (canon lower (func $c "new")))
    (core func $resource.drop (canon resource.drop $R))
    (core module $M
      (import "" "new" (func $new (result i32)))
      (import "" "resource.drop" (func $resource.drop (param i32)))
      (func (export "run")
        (block $caught (try_table (catch_all $caught) (call $resource.drop (call $new))) (unreachable)))
    )
    (core instance $m (instantiate $M (with "" (instance
      (export "new" (func $new))
      (export "resource.drop" (func $resource.drop))
    ))))
    (func (export "run") (canon lift (core func $m "run")))
  )
  (instance $c (instantiate $C))
  (instance $d (instantiate $D (with "c" (instance $c))))
  (func (export "own") (alias export $c "run"))
  (func (export "other") (alias export $d "run"))
)
(component instance $i $Test)
(assert_trap (invoke "own") "uncaught exception propagated out of component")
(component instance $i $Test)
(assert_trap (invoke "other") "uncaught exception propagated out of component")
