;;! component-model-nested-names=y
;; Nested names are compared as the others, without regard to the case of acronyms: Explainer.md, Name Uniqueness.
(component definition
  (import "a:b/c/d" (instance))
  (import "a:b:c/d" (instance))
  (import "a:b/c" (instance)))
(assert_invalid
  (component (import "a:b/c/d" (instance)) (import "a:b/C/d" (instance)))
  "conflicts with previous name")
(assert_invalid
  (component (import "a:b:c/d" (instance)) (import "a:b:c/D" (instance)))
  "conflicts with previous name")
