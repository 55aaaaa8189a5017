;; A calculator, with the types that the Component Model has for its operations and for what can go wrong:
;;
;;     world calculator {
;;       record operands { left: f64, right: f64 }
;;       variant operation {
;;         add(operands), subtract(operands), multiply(operands), divide(operands), square-root(f64)
;;       }
;;       variant problem { division-by-zero, negative(f64) }
;;       record summary { count: u32, mean: f64, largest: f64 }
;;
;;       export evaluate: func(operation: operation) -> result<f64, problem>;
;;       export summarize: func(values: list<f64>) -> option<summary>;
;;     }
(component
  (core module $program
    (memory (export "memory") 1)

    ;; Lists that are passed in lie where this says; it starts again with each call.
    (global $free (mut i32) (i32.const 1024))
    (func (export "realloc") (param $old i32) (param $old-size i32) (param $align i32) (param $size i32)
      (result i32)
      (local $place i32)
      (local.set $place (i32.and
        (i32.sub (i32.add (global.get $free) (local.get $align)) (i32.const 1))
        (i32.sub (i32.const 0) (local.get $align))))
      (global.set $free (i32.add (local.get $place) (local.get $size)))
      (block $fits
        (br_if $fits (i32.le_u (global.get $free) (i32.mul (memory.size) (i32.const 65536))))
        (br_if $fits (i32.ne (i32.const -1) (memory.grow
          (i32.add (i32.div_u (local.get $size) (i32.const 65536)) (i32.const 1)))))
        unreachable)
      (local.get $place))

    ;; A result is a byte that says which, and after eight bytes the value; a problem is laid out the same way.
    (global $result i32 (i32.const 64))
    (func $ok (param $value f64) (result i32)
      (i32.store8 (global.get $result) (i32.const 0))
      (f64.store offset=8 (global.get $result) (local.get $value))
      (global.get $result))
    (func $division-by-zero (result i32)
      (i32.store8 (global.get $result) (i32.const 1))
      (i32.store8 offset=8 (global.get $result) (i32.const 0))
      (global.get $result))
    (func $negative (param $value f64) (result i32)
      (i32.store8 (global.get $result) (i32.const 1))
      (i32.store8 offset=8 (global.get $result) (i32.const 1))
      (f64.store offset=16 (global.get $result) (local.get $value))
      (global.get $result))

    (func (export "evaluate") (param $operation i32) (param $left f64) (param $right f64) (result i32)
      (block $square-root (block $divide (block $multiply (block $subtract (block $add
        (br_table $add $subtract $multiply $divide $square-root (local.get $operation)))
        (return (call $ok (f64.add (local.get $left) (local.get $right)))))
        (return (call $ok (f64.sub (local.get $left) (local.get $right)))))
        (return (call $ok (f64.mul (local.get $left) (local.get $right)))))
        (if (f64.eq (local.get $right) (f64.const 0)) (then (return (call $division-by-zero))))
        (return (call $ok (f64.div (local.get $left) (local.get $right)))))
      (if (f64.lt (local.get $left) (f64.const 0)) (then (return (call $negative (local.get $left)))))
      (call $ok (f64.sqrt (local.get $left))))

    (func (export "summarize") (param $values i32) (param $count i32) (result i32)
      (local $i i32) (local $sum f64) (local $largest f64) (local $value f64)
      (global.set $free (i32.const 1024))
      (i32.store8 (global.get $result) (i32.const 0))
      (if (i32.eqz (local.get $count)) (then (return (global.get $result))))
      (local.set $largest (f64.const -inf))
      (loop $next
        (local.set $value
          (f64.load (i32.add (local.get $values) (i32.shl (local.get $i) (i32.const 3)))))
        (local.set $sum (f64.add (local.get $sum) (local.get $value)))
        (local.set $largest (f64.max (local.get $largest) (local.get $value)))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br_if $next (i32.lt_u (local.get $i) (local.get $count))))
      (i32.store8 (global.get $result) (i32.const 1))
      (i32.store offset=8 (global.get $result) (local.get $count))
      (f64.store offset=16 (global.get $result)
        (f64.div (local.get $sum) (f64.convert_i32_u (local.get $count))))
      (f64.store offset=24 (global.get $result) (local.get $largest))
      (global.get $result)))
  (core instance $program (instantiate $program))

  (type $operands' (record (field "left" f64) (field "right" f64)))
  (export $operands "operands" (type $operands'))
  (type $operation' (variant
    (case "add" $operands) (case "subtract" $operands) (case "multiply" $operands)
    (case "divide" $operands) (case "square-root" f64)))
  (export $operation "operation" (type $operation'))
  (type $problem' (variant (case "division-by-zero") (case "negative" f64)))
  (export $problem "problem" (type $problem'))
  (type $summary' (record (field "count" u32) (field "mean" f64) (field "largest" f64)))
  (export $summary "summary" (type $summary'))

  (func (export "evaluate") (param "operation" $operation) (result (result f64 (error $problem)))
    (canon lift (core func $program "evaluate") (memory (core memory $program "memory"))))
  (func (export "summarize") (param "values" (list f64)) (result (option $summary))
    (canon lift (core func $program "summarize")
      (memory (core memory $program "memory")) (realloc (core func $program "realloc")))))
