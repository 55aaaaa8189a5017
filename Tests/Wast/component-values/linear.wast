;; Values are linear, each is consumed exactly once: Explainer.md, Value Definitions.
(assert_invalid (component (value $v u8 1)) "was not used")
(assert_invalid (component (import "v" (value $v u8))) "was not used")
(assert_invalid
  (component (value $v u8 1) (export "a" (value $v)) (export "b" (value $v)))
  "cannot be used more than once")
(assert_invalid
  (component
    (import "f" (func $f (param "x" u8)))
    (value $v u8 1)
    (start $f (value $v))
    (start $f (value $v)))
  "cannot be used more than once")
(assert_invalid
  (component
    (import "f" (func $f (result u8)))
    (start $f (result (value $v))))
  "was not used")
