;; With canonical interface names a version is cut behind its first number that is not zero: Explainer.md, Canonical
;; Interface Name.
(component definition
  (import "a:b/plain" (instance))
  (import "a:b/major@1" (instance))
  (import "a:b/large@10" (instance))
  (import "a:b/minor@0.2" (instance))
  (import "a:b/patch@0.0.3" (instance))
  (import "a:b/zero@0.0.0" (instance))
  ;; Versions in full are still allowed, for compatibility.
  (import "a:b/full@1.2.3-rc.1+build" (instance)))
(assert_invalid (component (import "a:b/c@0" (instance))) "invalid interface version")
(assert_invalid (component (import "a:b/c@01" (instance))) "invalid interface version")
(assert_invalid (component (import "a:b/c@1.2" (instance))) "invalid interface version")
(assert_invalid (component (import "a:b/c@0.0" (instance))) "invalid interface version")
(assert_invalid (component (import "a:b/c@0.02" (instance))) "invalid interface version")
