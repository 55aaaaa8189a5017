;; The text of a value definition matches its type: Explainer.md, Value Definitions ("the validation rules for `value`
;; require the `val` to match the `valtype`"). The bytes follow from the type by the grammar of Binary.md, Value
;; Definitions, so that bytes which do not are malformed.
(assert_malformed (component quote "(value $v u8 256) (export \"v\" (value $v))") "constant out of range")
(assert_malformed (component quote "(value $v bool 1) (export \"v\" (value $v))") "unexpected token 1")
(assert_malformed
  (component quote "(type $f (flags \"a\")) (value $v $f (flags \"b\")) (export \"v\" (value $v))")
  "the type has no label")
(assert_malformed
  (component quote "(value $v (tuple u8 u8) (tuple 1)) (export \"v\" (value $v))")
  "unexpected token )")
(assert_malformed
  (component (value $v bool (binary "\02")) (export "v" (value $v)))
  "invalid boolean value")
(assert_malformed
  (component (value $v (option u8) (binary "\02\00")) (export "v" (value $v)))
  "case 2 of 2 in a value definition")
(assert_malformed
  (component (value $v f32 (binary "\01\00\c0\7f")) (export "v" (value $v)))
  "NaN in a value definition is not canonical")
