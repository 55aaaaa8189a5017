;; A value that is imported from another file must be of the declared type: Explainer.md, Value Definitions.
(component $A
  (value $v string "hello")
  (export "v" (value $v))
  (component $C (value $v string "hello") (export "v" (value $v)))
  (export "c" (component $C)))
(register "a" $A)
(component
  (import "a" (instance $a (export "v" (value string))))
  (core module $M
    (memory (export "mem") 1)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 64))
    (func (export "f") (param i32 i32) (if (i32.ne (local.get 1) (i32.const 5)) (then unreachable))))
  (core instance $m (instantiate $M))
  (func $f (param "x" string) (canon lift (core func $m "f")
    (memory (core memory $m "mem")) (realloc (core func $m "realloc"))))
  (alias export $a "v" (value $v))
  (start $f (value $v)))
(assert_unlinkable
  (component
    (import "a" (instance $a (export "v" (value u32))))
    (core module $M (func (export "f") (param i32)))
    (core instance $m (instantiate $M))
    (func $f (param "x" u32) (canon lift (core func $m "f")))
    (alias export $a "v" (value $v))
    (start $f (value $v)))
  "import `a`, export `v`")
;; Inside a component that is imported, it is found when the value is used.
(assert_unlinkable
  (component
    (import "a" (instance $a (export "c" (component (export "v" (value u32))))))
    (alias export $a "c" (component $c))
    (instance $i (instantiate $c))
    (core module $M (func (export "f") (param i32)))
    (core instance $m (instantiate $M))
    (func $f (param "x" u32) (canon lift (core func $m "f")))
    (alias export $i "v" (value $v))
    (start $f (value $v)))
  "string")
