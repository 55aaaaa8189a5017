;; A guest that calls the host `n` times: with numbers, with a string of 16 bytes, and with 4 KiB.
(component
  (import "host-add" (func $add (param "a" u32) (param "b" u32) (result u32)))
  (import "host-string" (func $string (param "s" string) (result u32)))
  (import "host-bytes" (func $bytes (param "b" (list u8)) (result u32)))
  (core module $Memory
    (memory (export "mem") 1)
    (data (i32.const 1024) "sixteen bytes...")
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) unreachable))
  (core instance $memory (instantiate $Memory))
  (core func $add' (canon lower (func $add)))
  (core func $string' (canon lower (func $string) (memory (core memory $memory "mem"))))
  (core func $bytes' (canon lower (func $bytes) (memory (core memory $memory "mem"))))
  (core module $M
    (import "" "add" (func $add (param i32 i32) (result i32)))
    (import "" "string" (func $string (param i32 i32) (result i32)))
    (import "" "bytes" (func $bytes (param i32 i32) (result i32)))
    (func (export "add") (param $n i32) (result i32) (local $sum i32)
      (loop $next
        (local.set $sum (call $add (local.get $sum) (local.get $n)))
        (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
      (local.get $sum))
    (func (export "string") (param $n i32) (result i32) (local $sum i32)
      (loop $next
        (local.set $sum (i32.add (local.get $sum) (call $string (i32.const 1024) (i32.const 16))))
        (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
      (local.get $sum))
    (func (export "bytes") (param $n i32) (result i32) (local $sum i32)
      (loop $next
        (local.set $sum (i32.add (local.get $sum) (call $bytes (i32.const 1024) (i32.const 4096))))
        (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
      (local.get $sum)))
  (core instance $m (instantiate $M (with "" (instance
    (export "add" (func $add')) (export "string" (func $string')) (export "bytes" (func $bytes'))))))
  (func (export "add") (param "n" u32) (result u32) (canon lift (core func $m "add")))
  (func (export "string") (param "n" u32) (result u32) (canon lift (core func $m "string")))
  (func (export "bytes") (param "n" u32) (result u32) (canon lift (core func $m "bytes"))))
