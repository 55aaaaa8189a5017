;; A component: apus run --invoke 'distance({x: 1, y: 2}, some({x: 4, y: 6}))' Examples/distance.wat
(component
  (core module $m
    (func (export "distance") (param $x f64) (param $y f64)
      (param $has-other i32) (param $other-x f64) (param $other-y f64) (result f64)
      (local.set $x (f64.sub (local.get $x) (local.get $other-x)))
      (local.set $y (f64.sub (local.get $y) (local.get $other-y)))
      (f64.sqrt
        (f64.add
          (f64.mul (local.get $x) (local.get $x))
          (f64.mul (local.get $y) (local.get $y))))))
  (core instance $i (instantiate $m))
  (type $point' (record (field "x" f64) (field "y" f64)))
  (export $point "point" (type $point'))
  ;; From one point to another, or to the origin.
  (func (export "distance") (param "from" $point) (param "to" (option $point)) (result f64)
    (canon lift (core func $i "distance"))))
