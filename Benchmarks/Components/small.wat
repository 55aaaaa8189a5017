;; The component whose instantiation is timed: one memory, three functions, no imports.
(component
  (core module $M
    (memory (export "mem") 1)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 4096))
    (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
    (func (export "length") (param i32 i32) (result i32) (local.get 1)))
  (core instance $m (instantiate $M))
  (func (export "add") (param "a" u32) (param "b" u32) (result u32) (canon lift (core func $m "add")))
  (func (export "length") (param "s" string) (result u32)
    (canon lift (core func $m "length") (memory (core memory $m "mem")) (realloc (core func $m "realloc")))))
