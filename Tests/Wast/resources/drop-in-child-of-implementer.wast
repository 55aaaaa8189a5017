;; A child may drop an own handle of a resource that its parent defines: only the destructor's instance has to be
;; enterable from the one that drops, and a parent is entered with its child: CanonicalABI.md, canon resource.drop and
;; Component Instances (`entering_set`).
(component definition $Test
  (component $P
    (core module $Dtor
      (global $dropped (mut i32) (i32.const 0))
      (func (export "dtor") (param i32) (global.set $dropped (local.get 0)))
      (func (export "dropped") (result i32) (global.get $dropped)))
    (core instance $dtor (instantiate $Dtor))
    (type $R' (resource (rep i32) (dtor (core func $dtor "dtor"))))
    (core func $new (canon resource.new $R'))
    (component $Child
      (import "r" (type $R (sub resource)))
      (core func $drop (canon resource.drop $R))
      (core module $M
        (import "" "drop" (func $drop (param i32)))
        (func (export "drop") (param i32) (call $drop (local.get 0))))
      (core instance $m (instantiate $M (with "" (instance (export "drop" (func $drop))))))
      (func (export "drop") (param "r" (own $R)) (canon lift (core func $m "drop")))
    )
    (instance $child (instantiate $Child (with "r" (type $R'))))
    (export $R "r" (type $R'))
    (func (export "new") (param "rep" u32) (result (own $R)) (canon lift (core func $new)))
    (func (export "dropped") (result u32) (canon lift (core func $dtor "dropped")))
    (export "drop" (func $child "drop") (func (param "r" (own $R))))
  )
  (component $X
    (import "p" (instance $p
      (export "r" (type $R (sub resource)))
      (export "new" (func (param "rep" u32) (result (own $R))))
      (export "drop" (func (param "r" (own $R))))
      (export "dropped" (func (result u32)))))
    (core func $new (canon lower (func $p "new")))
    (core func $drop (canon lower (func $p "drop")))
    (core func $dropped (canon lower (func $p "dropped")))
    (core module $M
      (import "" "new" (func $new (param i32) (result i32)))
      (import "" "drop" (func $drop (param i32)))
      (import "" "dropped" (func $dropped (result i32)))
      (func (export "run") (result i32)
        (call $drop (call $new (i32.const 31)))
        (call $dropped))
    )
    (core instance $m (instantiate $M (with "" (instance
      (export "new" (func $new))
      (export "drop" (func $drop))
      (export "dropped" (func $dropped))
    ))))
    (func (export "run") (result u32) (canon lift (core func $m "run")))
  )
  (instance $p (instantiate $P))
  (instance $x (instantiate $X (with "p" (instance $p))))
  (func (export "run") (alias export $x "run"))
)
(component instance $i $Test)
(assert_return (invoke "run") (u32.const 31))
