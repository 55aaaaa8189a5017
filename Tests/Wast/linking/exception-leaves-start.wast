;; A core exception that leaves a core start function ends the instantiation as a trap does: Concurrency.md,
;; Interaction with the start function (it is a task as any other); CanonicalABI.md, canon lift
;; (call_and_trap_on_throw).
(assert_trap
  (component
    (core module $M (tag $t) (func $start (throw $t)) (start $start))
    (core instance (instantiate $M)))
  "uncaught exception propagated out of component")
