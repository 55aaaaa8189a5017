;; A core exception that leaves the function of a thread is a trap: CanonicalABI.md, canon thread.new-indirect
;; (call_and_trap_on_throw).
(component definition $Test
  (core type $thread (func (param i32)))
  (core module $Table (table (export "table") 1 funcref))
  (core instance $table (instantiate $Table))
  (core func $thread.new-indirect (canon thread.new-indirect $thread (core table $table "table")))
  (core func $thread.yield-then-resume (canon thread.yield-then-resume))
  (core module $M
    (import "" "table" (table $table 1 funcref))
    (import "" "thread.new-indirect" (func $thread.new-indirect (param i32 i32) (result i32)))
    (import "" "thread.yield-then-resume" (func $thread.yield-then-resume (param i32) (result i32)))
    (tag $t)
    (elem (table $table) (i32.const 0) func $throw)
    (func $throw (param i32) (throw $t))
    (func (export "run")
      (block $caught
        (try_table (catch_all $caught)
          (drop (call $thread.yield-then-resume (call $thread.new-indirect (i32.const 0) (i32.const 7)))))
        (unreachable)))
  )
  (core instance $m (instantiate $M (with "" (instance
    (export "table" (table $table "table"))
    (export "thread.new-indirect" (func $thread.new-indirect))
    (export "thread.yield-then-resume" (func $thread.yield-then-resume))
  ))))
  (func (export "run") async (canon lift (core func $m "run")))
)
(component instance $i $Test)
(assert_trap (invoke "run") "uncaught exception propagated out of component")
