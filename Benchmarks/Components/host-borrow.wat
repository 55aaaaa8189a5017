;; A guest that lends a resource of the host's to the host `n` times.
(component
  (import "resource" (type $R (sub resource)))
  (import "make" (func $make (result (own $R))))
  (import "host-borrow" (func $borrow (param "r" (borrow $R)) (result u32)))
  (core func $make' (canon lower (func $make)))
  (core func $drop (canon resource.drop $R))
  (core func $borrow' (canon lower (func $borrow)))
  (core module $M
    (import "" "make" (func $make (result i32)))
    (import "" "drop" (func $drop (param i32)))
    (import "" "borrow" (func $borrow (param i32) (result i32)))
    (func (export "borrow") (param $n i32) (result i32) (local $sum i32) (local $r i32)
      (local.set $r (call $make))
      (loop $next
        (local.set $sum (i32.add (local.get $sum) (call $borrow (local.get $r))))
        (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
      (call $drop (local.get $r))
      (local.get $sum)))
  (core instance $m (instantiate $M (with "" (instance
    (export "make" (func $make')) (export "drop" (func $drop)) (export "borrow" (func $borrow'))))))
  (func (export "borrow") (param "n" u32) (result u32) (canon lift (core func $m "borrow"))))
