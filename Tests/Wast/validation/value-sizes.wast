;; No value type takes 2^28 bytes or more in a 64-bit memory, so that sizes never overflow: Explainer.md, Type
;; Definitions. (Wasmtime 49 has other limits.)
(component definition
  (type (list u8 0xfffffff))
  ;; A pointer and a length are 16 bytes.
  (type (list string 0xffffff)))
(assert_invalid (component (type (list u8 0x10000000))) "size")
(assert_invalid (component (type (list string 0x1000000))) "size")
(assert_invalid (component (type (list (list u32 0x8000) 0x8000))) "size")
(assert_invalid (component (type (tuple (list u8 0xfffffff) u8))) "size")
(assert_invalid (component (type (option (list u8 0xfffffff)))) "size")
