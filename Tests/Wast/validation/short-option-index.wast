;; Core definitions that canonical options and built-ins name may be given as an instance and its export, without the sort:
;; an abbreviation in all of them alike.
(component
  (core module $M (memory (export "mem") 1)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 0))
    (func (export "f") (param i32 i32)))
  (core instance $m (instantiate $M))
  (type $S (stream u8))
  (core func (canon waitable-set.wait (memory $m "mem")))
  (core func (canon waitable-set.poll (memory $m "mem")))
  (core func (canon waitable-set.wait (memory (core memory $m "mem"))))
  (core func (canon stream.read $S async (memory $m "mem")))
  (func (export "f") (param "s" string)
    (canon lift (core func $m "f") (memory $m "mem") (realloc (func $m "realloc")))))
(assert_invalid
  (component
    (core module $M (func (export "f")))
    (core instance $m (instantiate $M))
    (core func (canon waitable-set.wait (memory $m "f"))))
  "is not a memory")
(assert_malformed
  (component quote
    "(core module $M (memory (export \"mem\") 1)) (core instance $m (instantiate $M))"
    "(core func (canon waitable-set.wait (memory $m)))")
  "unknown core memory $m")
