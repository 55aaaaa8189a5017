;; The table of `thread.new-indirect` must be one of functions, also if it is that of a module which was imported and has
;; another one than declared: CanonicalABI.md, canon thread.new-indirect.
(component $A
  (core module $Other
    (table (export "table") 1 externref)
    (func (export "set") (table.set (i32.const 0) (extern.convert_any (ref.i31 (i32.const 1000))))))
  (core module $Functions
    (table (export "table") 1 funcref)
    (elem (i32.const 0) $f)
    (func $f (param i32))
    (func (export "set")))
  (export "other" (core module $Other))
  (export "functions" (core module $Functions)))
(register "a" $A)
(component
  (import "a" (instance $a (export "functions" (core module
    (export "table" (table 1 funcref)) (export "set" (func))))))
  (alias export $a "functions" (core module $Table))
  (core instance $table (instantiate $Table))
  (core type $thread (func (param i32)))
  (core func $new (canon thread.new-indirect $thread (core table $table "table")))
  (core module $M
    (import "" "new" (func $new (param i32 i32) (result i32)))
    (func (export "run") (result i32) (call $new (i32.const 0) (i32.const 0))))
  (core instance $m (instantiate $M (with "" (instance (export "new" (func $new))))))
  (func (export "run") async (result u32) (canon lift (core func $m "run"))))
(assert_return (invoke "run") (u32.const 2))
(assert_unlinkable
  (component
    (import "a" (instance $a (export "other" (core module
      (export "table" (table 1 funcref)) (export "set" (func))))))
    (alias export $a "other" (core module $Table))
    (core instance $table (instantiate $Table))
    (core type $thread (func (param i32)))
    (core func (canon thread.new-indirect $thread (core table $table "table"))))
  "a table is not of the declared type")
