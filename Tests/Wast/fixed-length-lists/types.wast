;; The length is part of the type and larger than 0: Explainer.md, Container types and Type Checking.
(component definition
  (import "f" (func (param "a" (list u8 1)) (param "b" (list (list string 3) 2)))))
(assert_invalid (component (import "f" (func (param "a" (list u8 0))))) "more than zero elements")
(assert_invalid
  (component
    (component $C (import "f" (func (param "a" (list u8 2)))))
    (import "f" (func $f (param "a" (list u8 3))))
    (instance (instantiate $C (with "f" (func $f)))))
  "type mismatch")
(assert_invalid
  (component
    (component $C (import "f" (func (param "a" (list u8 2)))))
    (import "f" (func $f (param "a" (list u8))))
    (instance (instantiate $C (with "f" (func $f)))))
  "type mismatch")
(assert_invalid
  (component
    (component $C (import "f" (func (param "a" (list u8 2)))))
    (import "f" (func $f (param "a" (tuple u8 u8))))
    (instance (instantiate $C (with "f" (func $f)))))
  "type mismatch")
