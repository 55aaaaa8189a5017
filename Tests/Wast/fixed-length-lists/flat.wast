;; A fixed-length list flattens to its elements one after the other, without pointer or length: CanonicalABI.md,
;; flatten_list, lift_flat_list and lower_flat_list.
(component definition $Test
  (component $Callee
    (core module $M
      (func (export "digits") (param i32 i32 i32) (result i32)
        (i32.add
          (i32.mul (local.get 0) (i32.const 100))
          (i32.add (i32.mul (local.get 1) (i32.const 10)) (local.get 2))))
      (func (export "one") (param i32) (result i32) (i32.add (local.get 0) (i32.const 1)))
      (func (export "mixed") (param i64 i64 f32 i32 i32 i32 i32) (result i32)
        (i32.add (i32.wrap_i64 (local.get 1)) (local.get 6)))
    )
    (core instance $m (instantiate $M))
    (func (export "digits") (param "l" (list u8 3)) (result u32) (canon lift (core func $m "digits")))
    (func (export "one") (param "l" (list u32 1)) (result (list u32 1)) (canon lift (core func $m "one")))
    (func (export "mixed") (param "a" (list u64 2)) (param "b" f32) (param "c" (list (list u8 2) 2)) (result u32)
      (canon lift (core func $m "mixed")))
  )
  (component $Caller
    (import "digits" (func $digits (param "l" (list u8 3)) (result u32)))
    (import "one" (func $one (param "l" (list u32 1)) (result (list u32 1))))
    (import "mixed"
      (func $mixed (param "a" (list u64 2)) (param "b" f32) (param "c" (list (list u8 2) 2)) (result u32)))
    (core func $digits (canon lower (func $digits)))
    (core func $one (canon lower (func $one)))
    (core func $mixed (canon lower (func $mixed)))
    (core module $M
      (import "" "digits" (func $digits (param i32 i32 i32) (result i32)))
      (import "" "one" (func $one (param i32) (result i32)))
      (import "" "mixed" (func $mixed (param i64 i64 f32 i32 i32 i32 i32) (result i32)))
      (func (export "digits") (result i32)
        ;; As any u8, an element is taken modulo 256.
        (call $digits (i32.const 1) (i32.const 0x102) (i32.const 3)))
      (func (export "one") (result i32) (call $one (i32.const 41)))
      (func (export "mixed") (result i32)
        (call $mixed (i64.const 1) (i64.const 20) (f32.const 0)
          (i32.const 3) (i32.const 4) (i32.const 5) (i32.const 6)))
    )
    (core instance $m (instantiate $M (with "" (instance
      (export "digits" (func $digits))
      (export "one" (func $one))
      (export "mixed" (func $mixed))
    ))))
    (func (export "digits") (result u32) (canon lift (core func $m "digits")))
    (func (export "one") (result u32) (canon lift (core func $m "one")))
    (func (export "mixed") (result u32) (canon lift (core func $m "mixed")))
  )
  (instance $callee (instantiate $Callee))
  (instance $caller (instantiate $Caller
    (with "digits" (func $callee "digits")) (with "one" (func $callee "one")) (with "mixed" (func $callee "mixed"))))
  (func (export "digits") (alias export $caller "digits"))
  (func (export "one") (alias export $caller "one"))
  (func (export "mixed") (alias export $caller "mixed"))
)
(component instance $i $Test)
(assert_return (invoke "digits") (u32.const 123))
(component instance $i $Test)
(assert_return (invoke "one") (u32.const 42))
(component instance $i $Test)
(assert_return (invoke "mixed") (u32.const 26))
