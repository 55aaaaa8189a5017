;; `external-id` names an import or an export for the host and is any string; it identifies nothing within the model,
;; so instantiation goes by the name alone: Explainer.md, Import and Export Definitions.
(component definition $Test
  (component $Callee
    (core module $M
      (func (export "f") (result i32) (i32.const 5))
    )
    (core instance $m (instantiate $M))
    (func $f (result u32) (canon lift (core func $m "f")))
    (export "answer" (external-id "https://example.com/answer?v=1#x y") (func $f))
  )
  (component $Caller
    (import "answer" (external-id "something else entirely") (func $answer (result u32)))
    (core func $answer (canon lower (func $answer)))
    (core module $M
      (import "" "answer" (func $answer (result i32)))
      (func (export "run") (result i32) (call $answer))
    )
    (core instance $m (instantiate $M (with "" (instance
      (export "answer" (func $answer))
    ))))
    (func (export "run") (result u32) (canon lift (core func $m "run")))
  )
  (instance $callee (instantiate $Callee))
  (instance $caller (instantiate $Caller (with "answer" (func $callee "answer"))))
  (func (export "run") (alias export $caller "run"))
)
(component instance $i $Test)
(assert_return (invoke "run") (u32.const 5))

;; Supplying the argument under its external id does not supply the import.
(assert_invalid
  (component
    (component $C (import "a" (external-id "b") (func)))
    (import "f" (func $f))
    (instance (instantiate $C (with "b" (func $f)))))
  "missing import named `a`")
;; Each attribute occurs once at most: Binary.md, Import and Export Definitions.
(assert_invalid
  (component binary
    "\00asm" "\0d\00\01\00"
    "\07\05" "\01" "\40" "\00" "\01\00"                  ;; (type (func))
    "\0a\0d" "\01" "\02\01a" "\02" "\02\01x" "\02\01y" "\01\00") ;; two external ids
  "duplicate 'external-id' option in name")
