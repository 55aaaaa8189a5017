;; Keys are of a few plain types, and a map is no list of pairs to the type checker: Explainer.md, Type Definitions
;; (`keytype`) and Specialized value types.
(component definition
  (import "f" (func
    (param "a" (map bool u8)) (param "b" (map s8 u8)) (param "c" (map u8 u8)) (param "d" (map s16 u8))
    (param "e" (map u16 u8)) (param "f" (map s32 u8)) (param "g" (map u32 u8)) (param "h" (map s64 u8))
    (param "i" (map u64 u8)) (param "j" (map char u8)) (param "k" (map string (map u8 (list f32)))))))
(assert_invalid (component (import "f" (func (param "a" (map f32 u8))))) "map key")
(assert_invalid (component (import "f" (func (param "a" (map f64 u8))))) "map key")
(assert_invalid (component (import "f" (func (param "a" (map (list u8) u8))))) "map key")
(assert_invalid (component (type $k u8) (import "f" (func (param "a" (map (option u8) u8))))) "map key")
(assert_invalid
  (component
    (component $C (import "f" (func (param "a" (map u8 u16)))))
    (import "f" (func $f (param "a" (list (tuple u8 u16)))))
    (instance (instantiate $C (with "f" (func $f)))))
  "type mismatch")
(assert_invalid
  (component
    (component $C (import "f" (func (param "a" (map u8 u16)))))
    (import "f" (func $f (param "a" (map u8 s16))))
    (instance (instantiate $C (with "f" (func $f)))))
  "type mismatch")
