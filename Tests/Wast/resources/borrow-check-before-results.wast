;; Results are lifted, then the borrows are counted, then the results are lowered into the caller: CanonicalABI.md,
;; canon lift (lift_flat_values before `task.return_`) and Tasks (`return_`: `num_borrows` before `on_resolve`).
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
    (core module $Memory (memory (export "mem") 1))
    (core instance $memory (instantiate $Memory))
    (core module $M
      (import "" "mem" (memory 1))
      ;; A string of one byte at the address given.
      (func (export "f") (param $r i32) (param $ptr i32) (result i32)
        (i32.store (i32.const 0) (local.get $ptr))
        (i32.store (i32.const 4) (i32.const 1))
        (i32.const 0))
    )
    (core instance $m (instantiate $M (with "" (instance
      (export "mem" (memory $memory "mem"))
    ))))
    (func (export "f") (param "r" (borrow $R)) (param "ptr" u32) (result string)
      (canon lift (core func $m "f") (memory (core memory $memory "mem"))))
  )
  (component $Caller
    (import "r" (type $R (sub resource)))
    (import "new" (func $new (result (own $R))))
    (import "f" (func $f (param "r" (borrow $R)) (param "ptr" u32) (result string)))
    (core module $Memory
      (memory (export "mem") 1)
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) unreachable))
    (core instance $memory (instantiate $Memory))
    (core func $new (canon lower (func $new)))
    (core func $f (canon lower (func $f)
      (memory (core memory $memory "mem")) (realloc (core func $memory "realloc"))))
    (core module $M
      (import "" "new" (func $new (result i32)))
      (import "" "f" (func $f (param i32 i32 i32)))
      (func (export "run") (param i32) (call $f (call $new) (local.get 0) (i32.const 16))))
    (core instance $m (instantiate $M (with "" (instance
      (export "new" (func $new)) (export "f" (func $f))))))
    (func (export "run") (param "ptr" u32) (canon lift (core func $m "run")))
  )
  (instance $owner (instantiate $Owner))
  (instance $callee (instantiate $Callee (with "r" (type $owner "r"))))
  (instance $caller (instantiate $Caller
    (with "r" (type $owner "r")) (with "new" (func $owner "new")) (with "f" (func $callee "f"))))
  (func (export "run") (alias export $caller "run"))
)
;; The string is out of bounds, which is found first.
(component instance $i $Test)
(assert_trap (invoke "run" (u32.const 65536)) "string content out-of-bounds")
;; The string is fine, and the caller's realloc that would trap is not reached.
(component instance $i $Test)
(assert_trap (invoke "run" (u32.const 100)) "borrow handles still remain at the end of the call")
