;; That the host was given a stream and does nothing with it does not keep a deadlock from being one: CanonicalABI.md,
;; canon lift.
(component definition $Test
  (core module $Memory (memory (export "mem") 1))
  (core instance $memory (instantiate $Memory))
  (type $stream (stream u8))
  (core func $stream.new (canon stream.new $stream))
  (core func $waitable-set.new (canon waitable-set.new))
  (core func $waitable-set.wait (canon waitable-set.wait (memory (core memory $memory "mem"))))
  (core module $M
    (import "" "stream.new" (func $stream.new (result i64)))
    (import "" "waitable-set.new" (func $waitable-set.new (result i32)))
    (import "" "waitable-set.wait" (func $waitable-set.wait (param i32 i32) (result i32)))
    (func (export "give") (result i32) (i32.wrap_i64 (call $stream.new)))
    (func (export "stuck") (drop (call $waitable-set.wait (call $waitable-set.new) (i32.const 0)))))
  (core instance $m (instantiate $M (with "" (instance
    (export "stream.new" (func $stream.new))
    (export "waitable-set.new" (func $waitable-set.new))
    (export "waitable-set.wait" (func $waitable-set.wait))))))
  (func (export "give") (result (stream u8)) (canon lift (core func $m "give")))
  (func (export "stuck") async (canon lift (core func $m "stuck"))))
(component instance $i $Test)
(invoke "give")
(assert_trap (invoke "stuck") "deadlock detected: event loop cannot make further progress")
