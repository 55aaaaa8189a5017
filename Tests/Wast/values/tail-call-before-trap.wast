;; A core function that ends in a tail call of a function with more parameters, and whose result cannot be lifted then,
;; traps as any other does: CanonicalABI.md, Lifting ("trap_if(ptr != align_to(ptr, alignment))").
(component definition $Test
  (core module $M
    (memory (export "mem") 1)
    (func $more (param i32 i32 i32 i32) (result i32) (local.get 3))
    (func (export "f") (param i32) (result i32)
      (return_call $more (i32.const -1) (i32.const -1) (i32.const -1) (local.get 0))))
  (core instance $m (instantiate $M))
  (func (export "f") (param "pointer" u32) (result string)
    (canon lift (core func $m "f") (memory (core memory $m "mem")))))
(component instance $i $Test)
(assert_return (invoke "f" (u32.const 0)) (str.const ""))
(component instance $i $Test)
(assert_trap (invoke "f" (u32.const 1)) "unaligned pointer")
(component instance $i $Test)
(assert_trap (invoke "f" (u32.const 0xfffffffc)) "pointer")
