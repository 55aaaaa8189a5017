;; A guest that calls a function of the host `n` times, one after the other. The host takes its time with the results; the
;; function's type is not `async`, since libwasmtime's C API cannot supply those that are.
(component
  (import "host-wait" (func $wait (param "a" u32) (result u32)))
  (core func $wait' (canon lower (func $wait)))
  (core module $M
    (import "" "wait" (func $wait (param i32) (result i32)))
    (func (export "wait") (param $n i32) (result i32) (local $sum i32)
      (loop $next
        (local.set $sum (i32.add (local.get $sum) (call $wait (i32.const 1))))
        (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
      (local.get $sum)))
  (core instance $m (instantiate $M (with "" (instance (export "wait" (func $wait'))))))
  (func (export "wait") (param "n" u32) (result u32) (canon lift (core func $m "wait"))))
