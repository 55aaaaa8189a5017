;; What the host calls: numbers, a string, bytes, a borrowed resource; each export only looks at what it is passed.
(component
  (import "resource" (type $R (sub resource)))
  (core module $M
    (memory (export "mem") 2)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 4096))
    (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
    (func (export "length") (param i32 i32) (result i32) (local.get 1)))
  (core instance $m (instantiate $M))
  (core module $B
    (import "" "drop" (func $drop (param i32)))
    (func (export "take") (param i32) (result i32) (call $drop (local.get 0)) (i32.const 1)))
  (core func $drop (canon resource.drop $R))
  (core instance $b (instantiate $B (with "" (instance (export "drop" (func $drop))))))
  (func (export "add") (param "a" u32) (param "b" u32) (result u32) (canon lift (core func $m "add")))
  (func (export "string-length") (param "s" string) (result u32)
    (canon lift (core func $m "length") (memory (core memory $m "mem")) (realloc (core func $m "realloc"))))
  (func (export "bytes-length") (param "b" (list u8)) (result u32)
    (canon lift (core func $m "length") (memory (core memory $m "mem")) (realloc (core func $m "realloc"))))
  (func (export "borrow") (param "r" (borrow $R)) (result u32) (canon lift (core func $b "take"))))
