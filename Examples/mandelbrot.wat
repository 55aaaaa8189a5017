;; Draws the Mandelbrot set: apus run Examples/mandelbrot.wat
;;
;; A component for the world wasi:cli/command of WASI 0.2. It imports standard output and exports `run`; the core module
;; in it computes lines of text, and the Canonical ABI passes them on as lists of bytes.
(component
  (import "wasi:io/error@0.2.0" (instance $error-interface
    (export "error" (type (sub resource)))))
  (alias export $error-interface "error" (type $error))
  (import "wasi:io/streams@0.2.0" (instance $streams
    (alias outer 1 $error (type $error'))
    (export "error" (type $error (eq $error')))
    (type $stream-error' (variant (case "last-operation-failed" (own $error)) (case "closed")))
    (export "stream-error" (type $stream-error (eq $stream-error')))
    (export "output-stream" (type $output-stream (sub resource)))
    (export "[method]output-stream.blocking-write-and-flush"
      (func (param "self" (borrow $output-stream)) (param "contents" (list u8))
        (result (result (error $stream-error)))))))
  (alias export $streams "output-stream" (type $output-stream))
  (import "wasi:cli/stdout@0.2.0" (instance $stdout
    (alias outer 1 $output-stream (type $output-stream'))
    (export "output-stream" (type $output-stream (eq $output-stream')))
    (export "get-stdout" (func (result (own $output-stream))))))

  (core module $memory (memory (export "memory") 1))
  (core instance $memory (instantiate $memory))
  (core func $get-stdout (canon lower (func $stdout "get-stdout")))
  (core func $write (canon lower (func $streams "[method]output-stream.blocking-write-and-flush")
    (memory (core memory $memory "memory"))))
  (core func $drop (canon resource.drop $output-stream))

  (core module $program
    (import "host" "memory" (memory 1))
    (import "host" "get-stdout" (func $get-stdout (result i32)))
    (import "host" "write" (func $write (param $stream i32) (param i32 i32) (param $result i32)))
    (import "host" "drop" (func $drop (param $stream i32)))
    (global $columns i32 (i32.const 72))
    (global $rows i32 (i32.const 24))
    (global $shades i32 (i32.const 0))
    (global $line i32 (i32.const 64))
    (data (i32.const 0) " .,:;i!|I$#")

    ;; How many steps of z = z * z + c it takes to get away from 0, at most 40.
    (func $steps (param $x f64) (param $y f64) (result i32)
      (local $a f64) (local $b f64) (local $next f64) (local $n i32)
      (block $done
        (loop $step
          (br_if $done (i32.eq (local.get $n) (i32.const 40)))
          (br_if $done (f64.gt
            (f64.add (f64.mul (local.get $a) (local.get $a)) (f64.mul (local.get $b) (local.get $b)))
            (f64.const 4)))
          (local.set $next (f64.add (local.get $x) (f64.sub
            (f64.mul (local.get $a) (local.get $a)) (f64.mul (local.get $b) (local.get $b)))))
          (local.set $b (f64.add (local.get $y) (f64.mul (f64.const 2)
            (f64.mul (local.get $a) (local.get $b)))))
          (local.set $a (local.get $next))
          (local.set $n (i32.add (local.get $n) (i32.const 1)))
          (br $step)))
      (local.get $n))

    ;; From -2 to 0.7, and from -1.2 to 1.2.
    (func $shade (param $column i32) (param $row i32) (result i32)
      (i32.load8_u (i32.add (global.get $shades) (i32.div_u
        (call $steps
          (f64.sub (f64.mul (f64.convert_i32_u (local.get $column)) (f64.const 0.0375)) (f64.const 2))
          (f64.sub (f64.mul (f64.convert_i32_u (local.get $row)) (f64.const 0.1)) (f64.const 1.15)))
        (i32.const 4)))))

    (func (export "run") (result i32)
      (local $stream i32) (local $column i32) (local $row i32)
      (local.set $stream (call $get-stdout))
      (loop $next-row
        (local.set $column (i32.const 0))
        (loop $next-column
          (i32.store8 (i32.add (global.get $line) (local.get $column))
            (call $shade (local.get $column) (local.get $row)))
          (local.set $column (i32.add (local.get $column) (i32.const 1)))
          (br_if $next-column (i32.lt_u (local.get $column) (global.get $columns))))
        (i32.store8 (i32.add (global.get $line) (global.get $columns)) (i32.const 10))
        (call $write (local.get $stream) (global.get $line)
          (i32.add (global.get $columns) (i32.const 1)) (i32.const 32))
        ;; A full disk, a reader that has gone.
        (if (i32.load8_u (i32.const 32)) (then (return (i32.const 1))))
        (local.set $row (i32.add (local.get $row) (i32.const 1)))
        (br_if $next-row (i32.lt_u (local.get $row) (global.get $rows))))
      (call $drop (local.get $stream))
      (i32.const 0)))
  (core instance $program (instantiate $program (with "host" (instance
    (export "memory" (memory $memory "memory")) (export "get-stdout" (func $get-stdout))
    (export "write" (func $write)) (export "drop" (func $drop))))))

  (func $run (result (result)) (canon lift (core func $program "run")))
  (instance $command (export "run" (func $run)))
  (export "wasi:cli/run@0.2.0" (instance $command)))
