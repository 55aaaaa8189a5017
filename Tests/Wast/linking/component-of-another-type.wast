;; A component that is imported from another file may not be of the declared type: what it exports is of another sort, it
;; needs what it is not given, or its functions have other types. That is noticed when it is instantiated or used:
;; Explainer.md, Import and Export Definitions.
(component $A
  (component $instance (component $d) (instance $i (instantiate $d)) (export "f" (instance $i)))
  (component $needy (import "x" (func $x)) (export "f" (func $x)))
  (component $other
    (core module $M (func (export "f") (param i64)))
    (core instance $m (instantiate $M))
    (func (export "f") (param "x" u64) (canon lift (core func $m "f"))))
  (component $function
    (import "x" (func $x))
    (core func $x' (canon lower (func $x)))
    (core module $M (import "" "x" (func $x)) (func (export "f") (call $x)))
    (core instance $m (instantiate $M (with "" (instance (export "x" (func $x'))))))
    (func (export "f") (canon lift (core func $m "f"))))
  (export "instance" (component $instance))
  (export "needy" (component $needy))
  (export "other" (component $other))
  (export "function" (component $function)))
(register "a" $A)
(assert_unlinkable
  (component
    (import "a" (instance $a (export "instance" (component (export "f" (func))))))
    (alias export $a "instance" (component $c))
    (instance $i (instantiate $c))
    (export "g" (func $i "f")))
  "expected func, found instance")
(assert_unlinkable
  (component
    (import "a" (instance $a (export "needy" (component (export "f" (func))))))
    (alias export $a "needy" (component $c))
    (instance $i (instantiate $c))
    (export "g" (func $i "f")))
  "missing import named `x`")
(assert_unlinkable
  (component
    (import "a" (instance $a (export "function" (component
      (import "x" (instance)) (export "f" (func))))))
    (alias export $a "function" (component $c))
    (component $e)
    (instance $x (instantiate $e))
    (instance $i (instantiate $c (with "x" (instance $x))))
    (export "g" (func $i "f")))
  "expected func, found instance")
(assert_unlinkable
  (component
    (import "a" (instance $a (export "other" (component (export "f" (func (param "x" u32)))))))
    (alias export $a "other" (component $c))
    (instance $i (instantiate $c))
    (core func (canon lower (func $i "f"))))
  "a function is not of the declared type")
(assert_unlinkable
  (component
    (import "a" (instance $a (export "other" (component (export "g" (func))))))
    (alias export $a "other" (component $c))
    (instance $i (instantiate $c))
    (export "g" (func $i "g")))
  "no export named `g`")
