;; Two interfaces of compatible versions have the same canonical name, and their suffixes take no part in matching
;; imports with exports: Explainer.md, Canonical Interface Name; Binary.md, Import and Export Definitions.
(component definition $Test
  (component $Host
    (core module $M
      (func (export "f") (result i32) (i32.const 26))
    )
    (core instance $m (instantiate $M))
    (func $f (result u32) (canon lift (core func $m "f")))
    (instance $types (export "f" (func $f)))
    (export "wasi:http/types@0.2" (versionsuffix ".6") (instance $types))
  )
  (component $Guest
    (import "wasi:http/types@0.2" (versionsuffix ".1-rc.1") (instance $types (export "f" (func (result u32)))))
    (export "f" (func $types "f"))
  )
  (instance $host (instantiate $Host))
  (instance $guest (instantiate $Guest (with "wasi:http/types@0.2" (instance $host "wasi:http/types@0.2"))))
  (func (export "f") (alias export $guest "f"))
)
(component instance $i $Test)
(assert_return (invoke "f") (u32.const 26))

;; Names with the same canonical version are the same name, whatever their suffixes.
(assert_invalid
  (component
    (import "a:b/c@0.2" (versionsuffix ".1") (instance))
    (import "a:b/c@0.2" (versionsuffix ".2") (instance)))
  "conflicts with previous name")
