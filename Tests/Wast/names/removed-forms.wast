;; Earlier drafts had names for dependencies, locations and hashes. The grammar of `externname` has only plain names
;; and interface names, `external-id` has taken the others' place: Explainer.md, Import and Export Definitions.
(assert_invalid (component (import "unlocked-dep=<a:b>" (func))) "is not a valid extern name")
(assert_invalid (component (import "unlocked-dep=<a:b@{>=1.0.0 <2.0.0}>" (func))) "is not a valid extern name")
(assert_invalid (component (import "locked-dep=<a:b@1.0.0>" (func))) "is not a valid extern name")
(assert_invalid
  (component (import "locked-dep=<a:b@1.0.0>,integrity=<sha256-YWJj>" (func))) "is not a valid extern name")
(assert_invalid (component (import "url=<https://example.com>" (func))) "is not a valid extern name")
(assert_invalid (component (import "relative-url=<./a.wasm>" (func))) "is not a valid extern name")
(assert_invalid (component (import "integrity=<sha256-YWJj>" (func))) "is not a valid extern name")
;; Exports never had them.
(assert_invalid
  (component (import "f" (func $f)) (export "url=<https://example.com>" (func $f))) "is not a valid extern name")
