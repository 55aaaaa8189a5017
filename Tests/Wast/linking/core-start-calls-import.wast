;; A core start function may call out of its component, resources included; what it makes stays: Concurrency.md,
;; Interaction with the start function; CanonicalABI.md, canon lower (`may_leave`).
(component definition $Test
  (component $Counter
    (core module $M
      (global $n (mut i32) (i32.const 0))
      (func (export "next") (result i32)
        (global.set $n (i32.add (global.get $n) (i32.const 1)))
        (global.get $n))
    )
    (core instance $m (instantiate $M))
    (func (export "next") (result u32) (canon lift (core func $m "next")))
  )
  (component $Started
    (import "next" (func $next (result u32)))
    (type $R (resource (rep i32)))
    (core func $next (canon lower (func $next)))
    (core func $resource.new (canon resource.new $R))
    (core func $resource.rep (canon resource.rep $R))
    (core module $M
      (import "" "next" (func $next (result i32)))
      (import "" "resource.new" (func $resource.new (param i32) (result i32)))
      (import "" "resource.rep" (func $resource.rep (param i32) (result i32)))
      (global $handle (mut i32) (i32.const 0))
      (func $start
        (drop (call $next))
        (global.set $handle (call $resource.new (call $next))))
      (start $start)
      (func (export "get") (result i32) (call $resource.rep (global.get $handle)))
    )
    (core instance $m (instantiate $M (with "" (instance
      (export "next" (func $next))
      (export "resource.new" (func $resource.new))
      (export "resource.rep" (func $resource.rep))
    ))))
    (func (export "get") (result u32) (canon lift (core func $m "get")))
  )
  (instance $counter (instantiate $Counter))
  (instance $started (instantiate $Started (with "next" (func $counter "next"))))
  (func (export "get") (alias export $started "get"))
)
(component instance $i $Test)
(assert_return (invoke "get") (u32.const 2))
