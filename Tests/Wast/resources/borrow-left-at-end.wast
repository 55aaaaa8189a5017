;; Every borrow handle that was given to a call must be dropped when it returns, whatever else is in the table:
;; CanonicalABI.md, Tasks (`return_`, `num_borrows`).
(component definition $Test
  (component $Owner
    (type $R' (resource (rep i32)))
    (export $R "r" (type $R'))
    (core func $resource.new (canon resource.new $R'))
    (core module $M
      (import "" "resource.new" (func $resource.new (param i32) (result i32)))
      (func (export "new") (result i32) (call $resource.new (i32.const 8)))
    )
    (core instance $m (instantiate $M (with "" (instance
      (export "resource.new" (func $resource.new))
    ))))
    (func (export "new") (result (own $R)) (canon lift (core func $m "new")))
  )
  (component $Callee
    (import "r" (type $R (sub resource)))
    (import "new" (func $new (result (own $R))))
    (core func $resource.drop (canon resource.drop $R))
    (core func $new (canon lower (func $new)))
    (core module $M
      (import "" "resource.drop" (func $resource.drop (param i32)))
      (import "" "new" (func $new (result i32)))
      (func (export "drop") (param $which i32) (param $a i32) (param $b i32)
        ;; An own handle does not count.
        (drop (call $new))
        (if (i32.and (local.get $which) (i32.const 1)) (then (call $resource.drop (local.get $a))))
        (if (i32.and (local.get $which) (i32.const 2)) (then (call $resource.drop (local.get $b)))))
    )
    (core instance $m (instantiate $M (with "" (instance
      (export "resource.drop" (func $resource.drop))
      (export "new" (func $new))
    ))))
    (func (export "drop") (param "which" u32) (param "a" (borrow $R)) (param "b" (borrow $R))
      (canon lift (core func $m "drop")))
  )
  (component $Caller
    (import "r" (type $R (sub resource)))
    (import "new" (func $new (result (own $R))))
    (import "drop" (func $drop (param "which" u32) (param "a" (borrow $R)) (param "b" (borrow $R))))
    (core func $new (canon lower (func $new)))
    (core func $drop (canon lower (func $drop)))
    (core module $M
      (import "" "new" (func $new (result i32)))
      (import "" "drop" (func $drop (param i32 i32 i32)))
      (func (export "run") (param i32) (call $drop (local.get 0) (call $new) (call $new)))
    )
    (core instance $m (instantiate $M (with "" (instance
      (export "new" (func $new))
      (export "drop" (func $drop))
    ))))
    (func (export "run") (param "which" u32) (canon lift (core func $m "run")))
  )
  (instance $owner (instantiate $Owner))
  (instance $callee (instantiate $Callee (with "r" (type $owner "r")) (with "new" (func $owner "new"))))
  (instance $caller (instantiate $Caller
    (with "r" (type $owner "r")) (with "new" (func $owner "new")) (with "drop" (func $callee "drop"))))
  (func (export "run") (alias export $caller "run"))
)
(component instance $i $Test)
(assert_return (invoke "run" (u32.const 3)))
(component instance $i $Test)
(assert_trap (invoke "run" (u32.const 0)) "borrow handles still remain at the end of the call")
(component instance $i $Test)
(assert_trap (invoke "run" (u32.const 1)) "borrow handles still remain at the end of the call")
(component instance $i $Test)
(assert_trap (invoke "run" (u32.const 2)) "borrow handles still remain at the end of the call")
