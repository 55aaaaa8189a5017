;; Imports that are nothing of their own at run time need no one to supply them: value types, another name for a resource
;; that an import has brought, and instances that export nothing else.

(component definition $Lib
  (type $R' (resource (rep i32)))
  (export "r" (type $R'))
)
(component instance $lib $Lib)
(register "lib" $lib)
(component
  (import "lib" (instance $lib (export "r" (type (sub resource)))))
  (alias export $lib "r" (type $R))
  (import "same" (type $Same (eq $R)))
  (type $Count' u32)
  (import "count" (type $Count (eq $Count')))
  (import "types" (instance $types
    (type $Pair' (tuple u32 u32))
    (export "pair" (type (eq $Pair')))
    (alias outer 1 $R (type $R'))
    (export "same" (type (eq $R')))))
  (alias export $types "pair" (type $Pair))
  (core module $M
    (func (export "sum") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
  )
  (core instance $m (instantiate $M))
  (func (export "sum") (param "pair" $Pair) (result $Count) (canon lift (core func $m "sum")))
)
(assert_return (invoke "sum" (tuple.const (u32.const 2) (u32.const 3))) (u32.const 5))

;; A resource type of its own and a function are something.
(assert_unlinkable
  (component (import "r" (type (sub resource))))
  "missing import named `r`")
(assert_unlinkable
  (component (import "types" (instance
    (type $Pair (tuple u32 u32))
    (export "pair" (type (eq $Pair)))
    (export "f" (func)))))
  "missing import named `types`")
