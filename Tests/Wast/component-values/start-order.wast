;; Start definitions run where they stand: after the definitions before them and before those after them. A component
;; may have several: Explainer.md, Start Definitions.
(component definition $Test
  (core module $Log
    (global $log (mut i32) (i32.const 0))
    (func (export "append") (param i32)
      (global.set $log (i32.add (i32.mul (global.get $log) (i32.const 10)) (local.get 0))))
    (func (export "get") (result i32) (global.get $log))
  )
  (core instance $log (instantiate $Log))
  (func $append (param "digit" u32) (canon lift (core func $log "append")))
  (core module $Started
    (import "" "append" (func $append (param i32)))
    (func $start (call $append (i32.const 2)))
    (start $start))

  (value $one u32 1)
  (start $append (value $one))
  ;; Core start functions have their place in the same order.
  (core instance (instantiate $Started (with "" (instance (export "append" (func $log "append"))))))
  (value $three u32 3)
  (start $append (value $three))
  (func (export "get") (result u32) (canon lift (core func $log "get")))
)
(component instance $i $Test)
(assert_return (invoke "get") (u32.const 123))
