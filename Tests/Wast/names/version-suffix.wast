;; A version suffix follows a canonical version, and both together are a valid semantic version: Explainer.md,
;; Canonical Interface Name.
(component definition
  (import "a:b/major@1" (versionsuffix ".2.3") (instance))
  (import "a:b/minor@0.2" (versionsuffix ".6-rc.1") (instance))
  (import "a:b/patch@0.0.1" (versionsuffix "-alpha") (instance))
  (import "a:b/build@0.0.2" (versionsuffix "+001") (instance))
  (import "a:b/nothing@0.0.3" (versionsuffix "") (instance)))
(assert_invalid (component (import "a:b/c@1" (versionsuffix ".2") (instance))) "is not a valid version")
(assert_invalid (component (import "a:b/c@1" (versionsuffix "") (instance))) "is not a valid version")
(assert_invalid (component (import "a:b/c@0.2" (versionsuffix ".01") (instance))) "is not a valid version")
(assert_invalid (component (import "a:b/c@1.2.3" (versionsuffix "-a") (instance))) "no canonical version")
(assert_invalid (component (import "a:b/c" (versionsuffix ".2.3") (instance))) "no canonical version")
(assert_invalid (component (import "a" (versionsuffix ".2.3") (instance))) "no canonical version")
(assert_invalid
  (component (import "a:b/c@1" (versionsuffix ".2.3 ") (instance))) "not a valid version suffix")
