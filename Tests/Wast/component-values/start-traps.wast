;; A trap in a start function ends the instantiation: Explainer.md, Start Definitions; lifted values are checked by
;; start functions as by any call: CanonicalABI.md, canon lift.
(assert_trap
  (component
    (core module $M (func (export "start") unreachable))
    (core instance $m (instantiate $M))
    (func $start (canon lift (core func $m "start")))
    (start $start))
  "unreachable")
(assert_trap
  (component
    (core module $M
      (func (export "start") (param i32) (if (i32.ne (local.get 0) (i32.const 0x20ac)) (then unreachable))))
    (core instance $m (instantiate $M))
    (func $start (param "c" char) (canon lift (core func $m "start")))
    (value $c char '\u{20ad}')
    (start $start (value $c)))
  "unreachable")
;; A result that is no character is refused before there is a value.
(assert_trap
  (component
    (core module $M (func (export "start") (result i32) (i32.const 0xd800)))
    (core instance $m (instantiate $M))
    (func $start (result char) (canon lift (core func $m "start")))
    (start $start (result (value $c)))
    (export "c" (value $c)))
  "invalid `char` bit pattern")
