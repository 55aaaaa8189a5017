;; An export has its value as its type, so that two exports of the same constant satisfy `(value (eq ...))`; a type
;; ascription hides the value: Explainer.md, Value Definitions.
(component definition
  (component $C (value $v u8 1) (export "v" (value $v)))
  (component $D
    (import "a" (value $a u8))
    (import "b" (value $b (eq $a)))
    (export "a" (value $a))
    (export "b" (value $b)))
  (instance $c1 (instantiate $C))
  (instance $c2 (instantiate $C))
  (instance $d (instantiate $D (with "a" (value $c1 "v")) (with "b" (value $c2 "v"))))
  (export "a" (value $d "a"))
  (export "b" (value $d "b")))
(assert_invalid
  (component
    (component $C (value $v u8 1) (export "v" (value $v) (value u8)))
    (component $D
      (import "a" (value $a u8))
      (import "b" (value $b (eq $a)))
      (export "a" (value $a))
      (export "b" (value $b)))
    (instance $c1 (instantiate $C))
    (instance $c2 (instantiate $C))
    (instance $d (instantiate $D (with "a" (value $c1 "v")) (with "b" (value $c2 "v"))))
    (export "a" (value $d "a"))
    (export "b" (value $d "b")))
  "values are not the same")
