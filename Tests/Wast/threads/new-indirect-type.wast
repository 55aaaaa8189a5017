;; The function type of a new thread takes one i32 or, with 64-bit memories, i64, and gives nothing; the table holds
;; functions: CanonicalABI.md, canon thread.new-indirect.
(component definition
  (core type $narrow (func (param i32)))
  (core type $wide (func (param i64)))
  (core module $M (table (export "table") 1 funcref))
  (core instance $m (instantiate $M))
  (core func (canon thread.new-indirect $narrow (core table $m "table")))
  (core func (canon thread.new-indirect $wide (core table $m "table"))))
(assert_invalid
  (component
    (core type $start (func (param f32)))
    (core module $M (table (export "table") 1 funcref))
    (core instance $m (instantiate $M))
    (core func (canon thread.new-indirect $start (core table $m "table"))))
  "must take a single `i32`")
(assert_invalid
  (component
    (core type $start (func (param i32) (result i32)))
    (core module $M (table (export "table") 1 funcref))
    (core instance $m (instantiate $M))
    (core func (canon thread.new-indirect $start (core table $m "table"))))
  "must take a single `i32`")
(assert_invalid
  (component
    (core type $start (func (param i32)))
    (core module $M (table (export "table") 1 externref))
    (core instance $m (instantiate $M))
    (core func (canon thread.new-indirect $start (core table $m "table"))))
  "a table of `funcref` is required")
