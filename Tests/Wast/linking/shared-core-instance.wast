;; Core instances of one component instance may share memories, tables and globals; nothing is copied: Explainer.md,
;; Instance Definitions. A function exported twice is called in the same instance.
(component definition $Test
  (core module $Libc (memory (export "mem") 1) (global (export "g") (mut i32) (i32.const 0)))
  (core instance $libc (instantiate $Libc))
  (core module $M
    (import "libc" "mem" (memory 1))
    (import "libc" "g" (global $g (mut i32)))
    (func (export "add") (param i32) (result i32)
      (i32.store (i32.const 0) (i32.add (i32.load (i32.const 0)) (local.get 0)))
      (global.set $g (i32.add (global.get $g) (i32.const 100)))
      (i32.add (global.get $g) (i32.load (i32.const 0)))))
  (core instance $a (instantiate $M (with "libc" (instance $libc))))
  (core instance $b (instantiate $M (with "libc" (instance $libc))))
  (func $a (export "a") (param "x" u32) (result u32) (canon lift (core func $a "add")))
  (func (export "b") (param "x" u32) (result u32) (canon lift (core func $b "add")))
  (export "again" (func $a))
)
(component instance $i $Test)
(assert_return (invoke "a" (u32.const 1)) (u32.const 101))
(assert_return (invoke "b" (u32.const 2)) (u32.const 203))
(assert_return (invoke "again" (u32.const 3)) (u32.const 306))
