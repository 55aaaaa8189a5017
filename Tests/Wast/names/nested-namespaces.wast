;;! component-model-nested-names=y
;; Nested names have several namespaces and several projections: Explainer.md, Import and Export Definitions.
(component definition
  (import "a:b:c/d" (instance))
  (import "a:b/c/d" (instance))
  (import "a1-x:b-2:c/D-e/f@1.0.0" (instance)))
(assert_invalid (component (import "a:b:c" (instance))) "expected `/` after package name")
(assert_invalid (component (import "a:b/c/" (instance))) "is not a valid extern name")
(assert_invalid (component (import "a:B:c/d" (instance))) "is not a valid extern name")
(assert_invalid (component (import "a::c/d" (instance))) "is not a valid extern name")
