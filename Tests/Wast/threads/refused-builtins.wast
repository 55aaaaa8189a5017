;; The built-ins of shared-everything-threads are not there: Explainer.md, Gated features.
(assert_invalid
  (component
    (core type $t (func (param i32)))
    (core func (canon thread.spawn-ref $t)))
  "`thread.spawn-ref` is not supported")
(assert_invalid
  (component
    (core type $t (func (param i32)))
    (core module $M (table (export "t") 1 funcref))
    (core instance $m (instantiate $M))
    (core func (canon thread.spawn-indirect $t (core table $m "t"))))
  "`thread.spawn-indirect` is not supported")
(assert_invalid
  (component (core func (canon thread.available-parallelism)))
  "`thread.available-parallelism` is not supported")
