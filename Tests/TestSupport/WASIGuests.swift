// Commands written by hand, for both versions of WASI, which tests of several rooms run.

package enum WASIGuests {
  // MARK: WASI 0.2

  /// Standard output, and a memory for lowered functions.
  private static let output02 = """
    (import "wasi:io/error@0.2.0" (instance $errors (export "error" (type (sub resource)))))
    (alias export $errors "error" (type $error))
    (import "wasi:io/streams@0.2.0" (instance $streams
      (alias outer 1 $error (type $error'))
      (export "error" (type $e (eq $error')))
      (export "output-stream" (type $output (sub resource)))
      (type $failure' (variant (case "last-operation-failed" (own $e)) (case "closed")))
      (export "stream-error" (type $failure (eq $failure')))
      (export "[method]output-stream.blocking-write-and-flush"
        (func (param "self" (borrow $output)) (param "contents" (list u8))
          (result (result (error $failure)))))))
    (alias export $streams "output-stream" (type $output))
    (import "wasi:cli/stdout@0.2.0" (instance $stdout
      (alias outer 1 $output (type $output'))
      (export "output-stream" (type $o (eq $output')))
      (export "get-stdout" (func (result (own $o))))))
    \(memory)
    (core func $get-stdout (canon lower (func $stdout "get-stdout")))
    (core func $write
      (canon lower (func $streams "[method]output-stream.blocking-write-and-flush")
        (memory $memory)))
    """

  private static let memory = """
    (core module $Memory (memory (export "memory") 1)
      (global $next (mut i32) (i32.const 1024))
      (func (export "realloc") (param i32 i32 i32) (param $count i32) (result i32)
        (global.get $next)
        (global.set $next (i32.and (i32.const -8)
          (i32.add (i32.add (global.get $next) (local.get $count)) (i32.const 7))))))
    (core instance $memory (instantiate $Memory))
    (alias core export $memory "memory" (core memory $memory))
    (alias core export $memory "realloc" (core func $realloc))
    """

  private static let outputFunctions = [
    ("get-stdout", "(result i32)"), ("write", "(param i32 i32 i32 i32)"),
  ]

  /// Writes so many bytes; 0 if that was possible.
  private static let print = """
    (global $output (mut i32) (i32.const 0))
    (func $print (param $at i32) (param $count i32)
      (call $write (global.get $output) (local.get $at) (local.get $count) (i32.const 8))
      (if (i32.load8_u (i32.const 8)) (then (unreachable))))
    """

  /// A component that exports `run`, with core functions that its definitions have under these names.
  private static func command(
    _ version: String, _ definitions: String, _ functions: [(name: String, type: String)],
    _ body: String
  ) -> String {
    let imports = functions.map { "(import \"\" \"\($0.name)\" (func $\($0.name) \($0.type)))" }
    let items = functions.map { "(export \"\($0.name)\" (func $\($0.name)))" }
    return """
      (component
        \(definitions)
        (core module $Program
          (import "" "memory" (memory 1))
          \(imports.joined(separator: "\n"))
          \(body))
        (core instance $program (instantiate $Program (with "" (instance
          (export "memory" (memory $memory))
          \(items.joined(separator: "\n"))))))
        (func $run \(version == "0.2.0" ? "" : "async") (result (result))
          (canon lift (core func $program "run")))
        (instance $command (export "run" (func $run)))
        (export "wasi:cli/run@\(version)" (instance $command)))
      """
  }

  /// Says hello.
  package static let hello02 = command(
    "0.2.0", output02, outputFunctions,
    """
    \(print)
    (data (i32.const 16) "hello\\n")
    (func (export "run") (result i32)
      (global.set $output (call $get-stdout))
      (call $print (i32.const 16) (i32.const 6))
      (i32.const 0))
    """)

  /// Says goodbye and exits with status 3.
  package static let exit02 = command(
    "0.2.0",
    """
    \(output02)
    (import "wasi:cli/exit@0.2.0" (instance $exit
      (export "exit-with-code" (func (param "status-code" u8)))))
    (core func $exit (canon lower (func $exit "exit-with-code")))
    """, outputFunctions + [("exit", "(param i32)")],
    """
    \(print)
    (data (i32.const 16) "goodbye\\n")
    (func (export "run") (result i32)
      (global.set $output (call $get-stdout))
      (call $print (i32.const 16) (i32.const 8))
      (call $exit (i32.const 3))
      (unreachable))
    """)

  /// Lists its arguments and its variables, one a line.
  package static let list02 = command(
    "0.2.0",
    """
    \(output02)
    (import "wasi:cli/environment@0.2.0" (instance $environment
      (export "get-arguments" (func (result (list string))))
      (export "get-environment" (func (result (list (tuple string string)))))))
    (core func $arguments (canon lower (func $environment "get-arguments")
      (memory $memory) (realloc $realloc)))
    (core func $variables (canon lower (func $environment "get-environment")
      (memory $memory) (realloc $realloc)))
    """, outputFunctions + [("arguments", "(param i32)"), ("variables", "(param i32)")],
    """
    \(print)
    (data (i32.const 4) "=\\n")
    (func $word (param $at i32) (param $separator i32)
      (if (i32.load offset=4 (local.get $at)) (then
        (call $print (i32.load (local.get $at)) (i32.load offset=4 (local.get $at)))))
      (call $print (local.get $separator) (i32.const 1)))
    (func (export "run") (result i32) (local $at i32) (local $end i32)
      (global.set $output (call $get-stdout))
      (call $arguments (i32.const 16))
      (local.set $at (i32.load (i32.const 16)))
      (local.set $end
        (i32.add (local.get $at) (i32.shl (i32.load (i32.const 20)) (i32.const 3))))
      (block $done (loop $next
        (br_if $done (i32.eq (local.get $at) (local.get $end)))
        (call $word (local.get $at) (i32.const 5))
        (local.set $at (i32.add (local.get $at) (i32.const 8)))
        (br $next)))
      (call $variables (i32.const 16))
      (local.set $at (i32.load (i32.const 16)))
      (local.set $end
        (i32.add (local.get $at) (i32.shl (i32.load (i32.const 20)) (i32.const 4))))
      (block $done (loop $next
        (br_if $done (i32.eq (local.get $at) (local.get $end)))
        (call $word (local.get $at) (i32.const 4))
        (call $word (i32.add (local.get $at) (i32.const 8)) (i32.const 5))
        (local.set $at (i32.add (local.get $at) (i32.const 16)))
        (br $next)))
      (i32.const 0))
    """)

  /// Sleeps for a second of its clock, and then computes for a moment.
  package static let sleep02 = sleep02(seconds: 1)

  /// The same for another time.
  package static func sleep02(seconds: Int) -> String {
    command(
      "0.2.0",
      """
      \(memory)
      (import "wasi:io/poll@0.2.0" (instance $poll
        (export "pollable" (type $p (sub resource)))
        (export "[method]pollable.block" (func (param "self" (borrow $p))))))
      (alias export $poll "pollable" (type $pollable))
      (import "wasi:clocks/monotonic-clock@0.2.0" (instance $clock
        (alias outer 1 $pollable (type $pollable'))
        (export "pollable" (type $p (eq $pollable')))
        (export "subscribe-duration" (func (param "when" u64) (result (own $p))))))
      (core func $subscribe (canon lower (func $clock "subscribe-duration")))
      (core func $block (canon lower (func $poll "[method]pollable.block")))
      """, [("subscribe", "(param i64) (result i32)"), ("block", "(param i32)")],
      """
      (func (export "run") (result i32) (local $left i32)
        (call $block (call $subscribe (i64.const \(seconds)_000_000_000)))
        (local.set $left (i32.const 2_000_000))
        (loop $next (br_if $next (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
        (i32.const 0))
      """)
  }

  private static let fileErrors = """
    "access" "would-block" "already" "bad-descriptor" "busy" "deadlock" "quota" "exist"
    "file-too-large" "illegal-byte-sequence" "in-progress" "interrupted" "invalid" "io"
    "is-directory" "loop" "too-many-links" "message-size" "name-too-long" "no-device" "no-entry"
    "no-lock" "insufficient-memory" "insufficient-space" "not-directory" "not-empty"
    "not-recoverable" "unsupported" "no-tty" "no-such-device" "overflow" "not-permitted" "pipe"
    "read-only" "invalid-seek" "text-file-busy" "cross-device"
    """

  /// Copies up to 100 bytes of the file `in` to a new file `out`; fails without a directory.
  package static let copy02 = command(
    "0.2.0",
    """
    \(memory)
    (import "wasi:filesystem/types@0.2.0" (instance $files
      (export "descriptor" (type $descriptor (sub resource)))
      (type $code' (enum \(fileErrors)))
      (export "error-code" (type $code (eq $code')))
      (type $flags' (flags "read" "write" "file-integrity-sync" "data-integrity-sync"
        "requested-write-sync" "mutate-directory"))
      (export "descriptor-flags" (type $flags (eq $flags')))
      (type $path-flags' (flags "symlink-follow"))
      (export "path-flags" (type $path-flags (eq $path-flags')))
      (type $open-flags' (flags "create" "directory" "exclusive" "truncate"))
      (export "open-flags" (type $open-flags (eq $open-flags')))
      (export "[method]descriptor.open-at" (func
        (param "self" (borrow $descriptor)) (param "path-flags" $path-flags)
        (param "path" string) (param "open-flags" $open-flags) (param "flags" $flags)
        (result (result (own $descriptor) (error $code)))))
      (export "[method]descriptor.read" (func (param "self" (borrow $descriptor))
        (param "length" u64) (param "offset" u64)
        (result (result (tuple (list u8) bool) (error $code)))))
      (export "[method]descriptor.write" (func (param "self" (borrow $descriptor))
        (param "buffer" (list u8)) (param "offset" u64) (result (result u64 (error $code)))))))
    (alias export $files "descriptor" (type $descriptor))
    (import "wasi:filesystem/preopens@0.2.0" (instance $preopens
      (alias outer 1 $descriptor (type $descriptor'))
      (export "descriptor" (type $d (eq $descriptor')))
      (export "get-directories" (func (result (list (tuple (own $d) string)))))))
    (core func $directories (canon lower (func $preopens "get-directories")
      (memory $memory) (realloc $realloc)))
    (core func $open (canon lower (func $files "[method]descriptor.open-at") (memory $memory)))
    (core func $read (canon lower (func $files "[method]descriptor.read")
      (memory $memory) (realloc $realloc)))
    (core func $write (canon lower (func $files "[method]descriptor.write") (memory $memory)))
    """,
    [
      ("directories", "(param i32)"), ("open", "(param i32 i32 i32 i32 i32 i32 i32)"),
      ("read", "(param i32 i64 i64 i32)"), ("write", "(param i32 i32 i32 i64 i32)"),
    ],
    """
    (data (i32.const 16) "in  out ")
    (func $file (param $name i32) (param $length i32) (param $open i32) (param $flags i32)
      (result i32)
      (call $open (i32.load (i32.load (i32.const 0))) (i32.const 0)
        (local.get $name) (local.get $length) (local.get $open) (local.get $flags)
        (i32.const 32))
      (if (i32.load8_u (i32.const 32)) (then (unreachable)))
      (i32.load (i32.const 36)))
    (func (export "run") (result i32)
      (call $directories (i32.const 0))
      (if (i32.eqz (i32.load (i32.const 4))) (then (return (i32.const 1))))
      (call $read (call $file (i32.const 16) (i32.const 2) (i32.const 0) (i32.const 1))
        (i64.const 100) (i64.const 0) (i32.const 48))
      (if (i32.load8_u (i32.const 48)) (then (unreachable)))
      (call $write (call $file (i32.const 20) (i32.const 3) (i32.const 1) (i32.const 2))
        (i32.load (i32.const 52)) (i32.load (i32.const 56)) (i64.const 0) (i32.const 64))
      (i32.load8_u (i32.const 64)))
    """)

  // MARK: WASI 0.3

  private static let output03 = """
    (import "wasi:cli/stdout@0.3.0" (instance $stdout
      (type $code' (enum "io" "illegal-byte-sequence" "pipe"))
      (export "error-code" (type $code (eq $code')))
      (export "write-via-stream"
        (func (param "data" (stream u8)) (result (future (result (error $code))))))))
    (alias export $stdout "error-code" (type $code))
    \(memory)
    (type $bytes (stream u8))
    (type $end (future (result (error $code))))
    (core func $output (canon lower (func $stdout "write-via-stream")))
    (core func $new (canon stream.new $bytes))
    (core func $write (canon stream.write $bytes (memory $memory)))
    (core func $close (canon stream.drop-writable $bytes))
    (core func $await (canon future.read $end (memory $memory)))
    """

  private static let output03Functions = [
    ("output", "(param i32) (result i32)"), ("new", "(result i64)"),
    ("write", "(param i32 i32 i32) (result i32)"), ("close", "(param i32)"),
    ("await", "(param i32 i32) (result i32)"),
  ]

  /// Writes three lines, and waits for a millisecond before each; then waits until they are written.
  package static let ticks03 = command(
    "0.3.0",
    """
    \(output03)
    (import "wasi:clocks/monotonic-clock@0.3.0" (instance $clock
      (export "wait-for" (func async (param "how-long" u64)))))
    (core func $sleep (canon lower (func $clock "wait-for")))
    """, output03Functions + [("sleep", "(param i64)")],
    """
    (data (i32.const 16) "tick\\n")
    (func (export "run") (result i32) (local $pair i64) (local $end i32) (local $left i32)
      (local $stream i32)
      (local.set $pair (call $new))
      (local.set $end (call $output (i32.wrap_i64 (local.get $pair))))
      (local.set $stream (i32.wrap_i64 (i64.shr_u (local.get $pair) (i64.const 32))))
      (local.set $left (i32.const 3))
      (loop $next
        (call $sleep (i64.const 1_000_000))
        (drop (call $write (local.get $stream) (i32.const 16) (i32.const 5)))
        (br_if $next (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
      (call $close (local.get $stream))
      (drop (call $await (local.get $end) (i32.const 8)))
      (i32.load8_u (i32.const 8)))
    """)

  /// Writes a line and returns without waiting for it to be written.
  package static let hasty03 = command(
    "0.3.0", output03, output03Functions,
    """
    (data (i32.const 16) "in haste\\n")
    (func (export "run") (result i32) (local $pair i64)
      (local.set $pair (call $new))
      (drop (call $output (i32.wrap_i64 (local.get $pair))))
      (drop (call $write (i32.wrap_i64 (i64.shr_u (local.get $pair) (i64.const 32)))
        (i32.const 16) (i32.const 9)))
      (i32.const 0))
    """)

  // MARK: Both and neither

  /// Exports `spin`, which computes for some tens of milliseconds.
  package static let spin = """
    (component
      (core module $M
        (func (export "spin") (local $left i32)
          (local.set $left (i32.const 2_000_000))
          (loop $next
            (br_if $next
              (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))))
      (core instance $m (instantiate $M))
      (func (export "spin") (canon lift (core func $m "spin"))))
    """

  /// Begins to wait for a millisecond with WASI 0.3, sleeps for twenty with 0.2, and then takes the first one's result.
  package static let twoSleeps = command(
    "0.3.0",
    """
    \(memory)
    (import "wasi:io/poll@0.2.0" (instance $poll
      (export "pollable" (type $p (sub resource)))
      (export "[method]pollable.block" (func (param "self" (borrow $p))))))
    (alias export $poll "pollable" (type $pollable))
    (import "wasi:clocks/monotonic-clock@0.2.0" (instance $old
      (alias outer 1 $pollable (type $pollable'))
      (export "pollable" (type $p (eq $pollable')))
      (export "subscribe-duration" (func (param "when" u64) (result (own $p))))))
    (import "wasi:clocks/monotonic-clock@0.3.0" (instance $new
      (export "wait-for" (func async (param "how-long" u64)))))
    (core func $subscribe (canon lower (func $old "subscribe-duration")))
    (core func $block (canon lower (func $poll "[method]pollable.block")))
    (core func $begin (canon lower (func $new "wait-for") async))
    (core func $set (canon waitable-set.new))
    (core func $join (canon waitable.join))
    (core func $wait (canon waitable-set.wait (memory $memory)))
    """,
    [
      ("subscribe", "(param i64) (result i32)"), ("block", "(param i32)"),
      ("begin", "(param i64) (result i32)"), ("set", "(result i32)"), ("join", "(param i32 i32)"),
      ("wait", "(param i32 i32) (result i32)"),
    ],
    """
    (func (export "run") (result i32) (local $set i32) (local $begun i32)
      (local.set $begun (call $begin (i64.const 1_000_000)))
      (call $block (call $subscribe (i64.const 20_000_000)))
      (local.set $set (call $set))
      (call $join (i32.shr_u (local.get $begun) (i32.const 4)) (local.get $set))
      (drop (call $wait (local.get $set) (i32.const 8)))
      ;; Whether it has returned.
      (i32.ne (i32.load (i32.const 12)) (i32.const 2)))
    """)
}
