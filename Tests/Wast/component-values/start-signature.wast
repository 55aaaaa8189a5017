;; Number and types of a start definition's values match the signature of its function: Explainer.md, Start
;; Definitions.
(component definition
  (import "f" (func $f (param "x" u8) (result string)))
  (value $v u8 1)
  (start $f (value $v) (result (value $r)))
  (export "r" (value $r)))
(assert_invalid
  (component
    (import "f" (func $f (param "x" u8)))
    (start $f))
  "start function requires 1 arguments")
(assert_invalid
  (component
    (import "f" (func $f (param "x" u8)))
    (value $v u16 1)
    (start $f (value $v)))
  "expected primitive `u8` found primitive `u16`")
(assert_invalid
  (component
    (import "f" (func $f))
    (start $f (result (value $r)))
    (export "r" (value $r)))
  "result count")
