// Components of WASI 0.3 that read a file while it is written: one that takes turns, one that does both at the same time.
// Whatever is not as wasi:filesystem says is `unreachable`.

extension Guests {
  /// The cases of `error-code`, in their order.
  static func fileErrors(_ version: String) -> [String] {
    let labels = """
      access would-block already bad-descriptor busy deadlock quota exist file-too-large \
      illegal-byte-sequence in-progress interrupted invalid io is-directory loop too-many-links \
      message-size name-too-long no-device no-entry no-lock insufficient-memory \
      insufficient-space not-directory not-empty not-recoverable unsupported no-tty \
      no-such-device overflow not-permitted pipe read-only invalid-seek text-file-busy cross-device
      """.split(separator: " ").map(String.init)
    return version == "0.2.0" ? labels : labels.filter { $0 != "would-block" } + ["other"]
  }

  /// wasi:filesystem with `open-at` and these methods, and a memory for lowered functions.
  static func filesystem(_ version: String, _ methods: String) -> String {
    let isSync = version == "0.2.0"
    let cases = fileErrors(version).map { label in
      isSync ? "\"\(label)\"" : "(case \"\(label)\" \(label == "other" ? "$text" : ""))"
    }
    return """
      (import "wasi:filesystem/types@\(version)" (instance $fs
        (export "descriptor" (type $descriptor (sub resource)))
        (type $text (option string))
        (type $code' (\(isSync ? "enum" : "variant") \(cases.joined(separator: " "))))
        (export "error-code" (type $code (eq $code')))
        (type $flags' (flags "read" "write" "file-integrity-sync" "data-integrity-sync"
          "requested-write-sync" "mutate-directory"))
        (export "descriptor-flags" (type $flags (eq $flags')))
        (type $path-flags' (flags "symlink-follow"))
        (export "path-flags" (type $path-flags (eq $path-flags')))
        (type $open-flags' (flags "create" "directory" "exclusive" "truncate"))
        (export "open-flags" (type $open-flags (eq $open-flags')))
        (export "[method]descriptor.open-at" (func \(isSync ? "" : "async")
          (param "self" (borrow $descriptor)) (param "path-flags" $path-flags)
          (param "path" string) (param "open-flags" $open-flags) (param "flags" $flags)
          (result (result (own $descriptor) (error $code)))))
        \(methods)))
      (alias export $fs "descriptor" (type $descriptor))
      (alias export $fs "error-code" (type $code))
      (import "wasi:filesystem/preopens@\(version)" (instance $preopens
        (alias outer 1 $descriptor (type $descriptor'))
        (export "descriptor" (type $d (eq $descriptor')))
        (export "get-directories" (func (result (list (tuple (own $d) string)))))))
      (core module $Mem (memory (export "mem") 16)
        (global $next (mut i32) (i32.const 1024))
        ;; Nothing is kept for long.
        (func (export "realloc") (param i32 i32 i32) (param $count i32) (result i32)
          (if (i32.gt_u (global.get $next) (i32.const 0x7000))
            (then (global.set $next (i32.const 1024))))
          (global.get $next)
          (global.set $next (i32.and (i32.const -8)
            (i32.add (i32.add (global.get $next) (local.get $count)) (i32.const 7))))))
      (core instance $mem (instantiate $Mem))
      (alias core export $mem "mem" (core memory $memory))
      (alias core export $mem "realloc" (core func $realloc))
      (core func $preopens (canon lower (func $preopens "get-directories")
        (memory $memory) (realloc $realloc)))
      (core func $open-at (canon lower (func $fs "[method]descriptor.open-at")
        (memory $memory) (realloc $realloc)))
      """
  }

  private static let streams03 = filesystem(
    "0.3.0",
    """
    (type $end (future (result (error $code))))
    (export "[method]descriptor.read-via-stream" (func (param "self" (borrow $descriptor))
      (param "offset" u64) (result (tuple (stream u8) $end))))
    (export "[method]descriptor.write-via-stream" (func (param "self" (borrow $descriptor))
      (param "data" (stream u8)) (param "offset" u64) (result $end)))
    (export "[method]descriptor.append-via-stream" (func (param "self" (borrow $descriptor))
      (param "data" (stream u8)) (result $end)))
    """)

  private static let files03 = """
    \(streams03)
    (type $bytes (stream u8))
    (type $end (future (result (error $code))))
    (core func $reading (canon lower (func $fs "[method]descriptor.read-via-stream")
      (memory $memory)))
    (core func $writing (canon lower (func $fs "[method]descriptor.write-via-stream")))
    (core func $appending (canon lower (func $fs "[method]descriptor.append-via-stream")))
    (core func $new (canon stream.new $bytes))
    (core func $drop-reader (canon stream.drop-readable $bytes))
    (core func $drop-writer (canon stream.drop-writable $bytes))
    (core func $drop-end (canon future.drop-readable $end))
    (core func $await (canon future.read $end (memory $memory) (realloc $realloc)))
    (core func $await-later (canon future.read $end async (memory $memory) (realloc $realloc)))
    (core func $set (canon waitable-set.new))
    (core func $join (canon waitable.join))
    (core func $wait (canon waitable-set.wait (memory $memory)))
    """

  private static let fileModule = """
    (import "" "mem" (memory 16))
    (import "" "preopens" (func $preopens (param i32)))
    (import "" "open-at" (func $open-at (param i32 i32 i32 i32 i32 i32 i32)))
    (import "" "reading" (func $reading (param i32 i64 i32)))
    (import "" "writing" (func $writing (param i32 i32 i64) (result i32)))
    (import "" "appending" (func $appending (param i32 i32) (result i32)))
    (import "" "new" (func $new (result i64)))
    (import "" "read" (func $read (param i32 i32 i32) (result i32)))
    (import "" "write" (func $write (param i32 i32 i32) (result i32)))
    (import "" "drop-reader" (func $drop-reader (param i32)))
    (import "" "drop-writer" (func $drop-writer (param i32)))
    (import "" "drop-end" (func $drop-end (param i32)))
    (import "" "await" (func $await (param i32 i32) (result i32)))
    (import "" "await-later" (func $await-later (param i32 i32) (result i32)))
    (import "" "set" (func $set (result i32)))
    (import "" "join" (func $join (param i32 i32)))
    (import "" "wait" (func $wait (param i32 i32) (result i32)))
    (data (i32.const 16) "log")
    (global $file (mut i32) (i32.const 0))
    (global $reader (mut i32) (i32.const 0))
    (global $reader-end (mut i32) (i32.const 0))
    ;; How much of the file has been read and written.
    (global $read (mut i32) (i32.const 0))
    (global $written (mut i32) (i32.const 0))

    ;; The byte at an offset.
    (func $byte (param $at i32) (result i32)
      (i32.and (i32.const 255)
        (i32.xor (local.get $at) (i32.shr_u (local.get $at) (i32.const 8)))))

    ;; What is to be written lies where the file begins at 0x10000.
    (func $fill (param $count i32) (local $at i32)
      (loop $next
        (i32.store8 offset=0x10000 (local.get $at) (call $byte (local.get $at)))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br_if $next (i32.lt_u (local.get $at) (local.get $count)))))

    ;; What was read lies at 0x8000.
    (func $check (param $count i32) (local $at i32)
      (loop $next
        (if (i32.eq (local.get $at) (local.get $count)) (then (return)))
        (if (i32.ne (i32.load8_u offset=0x8000 (local.get $at)) (call $byte (global.get $read)))
          (then (unreachable)))
        (global.set $read (i32.add (global.get $read) (i32.const 1)))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br $next)))

    ;; Opens "log", new and empty, for reading and writing.
    (func $open
      (call $preopens (i32.const 0))
      (call $open-at (i32.load (i32.load (i32.const 0))) (i32.const 0)
        (i32.const 16) (i32.const 3) (i32.const 9) (i32.const 3) (i32.const 32))
      (if (i32.load8_u (i32.const 32)) (then (unreachable)))
      (global.set $file (i32.load (i32.const 36))))

    ;; Reads on from where the reading stopped.
    (func $open-reader
      (call $reading (global.get $file) (i64.extend_i32_u (global.get $read)) (i32.const 0))
      (global.set $reader (i32.load (i32.const 0)))
      (global.set $reader-end (i32.load (i32.const 4))))

    ;; A stream that has ended did so because the file has.
    (func $close-reader
      (call $drop-reader (global.get $reader))
      (call $ended (global.get $reader-end)))

    (func $ended (param $end i32)
      (if (call $await (local.get $end) (i32.const 64)) (then (unreachable)))
      (if (i32.load8_u (i32.const 64)) (then (unreachable)))
      (call $drop-end (local.get $end)))
    """

  private static let fileImports = """
    (export "mem" (memory $memory)) (export "preopens" (func $preopens))
    (export "open-at" (func $open-at)) (export "reading" (func $reading))
    (export "writing" (func $writing)) (export "appending" (func $appending))
    (export "new" (func $new)) (export "read" (func $read)) (export "write" (func $write))
    (export "drop-reader" (func $drop-reader)) (export "drop-writer" (func $drop-writer))
    (export "drop-end" (func $drop-end)) (export "await" (func $await))
    (export "await-later" (func $await-later)) (export "set" (func $set))
    (export "join" (func $join)) (export "wait" (func $wait))
    """

  /// - Parameter async: Whether reads and writes of streams return before they are done.
  private static func fileCommand(async: Bool, _ functions: String) -> String {
    let mode = async ? "async" : ""
    return """
      (component
        \(files03)
        (core func $read (canon stream.read $bytes \(mode) (memory $memory)))
        (core func $write (canon stream.write $bytes \(mode) (memory $memory)))
        (core module $M
          \(fileModule)
          \(functions))
        (core instance $m (instantiate $M (with "" (instance
          \(fileImports)))))
        (func $run async (result (result)) (canon lift (core func $m "run")))
        (instance $i (export "run" (func $run)))
        (export "wasi:cli/run@0.3.0" (instance $i)))
      """
  }

  /// Appends a record, through a stream of its own, and reads it through the one stream that was opened before: a hundred
  /// times. Then that stream is at its end.
  static let follow03 = fileCommand(
    async: false,
    """
    (func $append (param $count i32) (local $pair i64) (local $writer i32) (local $end i32)
      (local.set $pair (call $new))
      (local.set $writer (i32.wrap_i64 (i64.shr_u (local.get $pair) (i64.const 32))))
      (local.set $end (call $appending (global.get $file) (i32.wrap_i64 (local.get $pair))))
      (local.set $count (i32.add (global.get $written) (local.get $count)))
      (loop $more
        (global.set $written (i32.add (global.get $written) (i32.shr_u
          (call $write (local.get $writer) (i32.add (i32.const 0x10000) (global.get $written))
            (i32.sub (local.get $count) (global.get $written)))
          (i32.const 4))))
        (br_if $more (i32.lt_u (global.get $written) (local.get $count))))
      (call $drop-writer (local.get $writer))
      (call $ended (local.get $end)))

    (func (export "run") (result i32) (local $record i32) (local $status i32)
      (call $fill (i32.const 40_000))
      (call $open)
      (loop $next
        (call $append (i32.add (i32.const 100) (local.get $record)))
        (if (i32.eqz (local.get $record)) (then (call $open-reader)))
        (loop $more
          (local.set $status (call $read (global.get $reader) (i32.const 0x8000)
            (i32.sub (global.get $written) (global.get $read))))
          ;; COMPLETED
          (if (i32.and (local.get $status) (i32.const 15)) (then (unreachable)))
          (call $check (i32.shr_u (local.get $status) (i32.const 4)))
          (br_if $more (i32.lt_u (global.get $read) (global.get $written))))
        (local.set $record (i32.add (local.get $record) (i32.const 1)))
        (br_if $next (i32.lt_u (local.get $record) (i32.const 100))))
      ;; Nothing, DROPPED
      (if (i32.ne (call $read (global.get $reader) (i32.const 0x8000) (i32.const 100)) (i32.const 1))
        (then (unreachable)))
      (call $close-reader)
      (i32.const 0))
    """)

  /// Writes 30,000 bytes through one stream while it reads as many as there are, each whenever the other has to wait. A
  /// reader that has come to the end of the file is followed by one that begins there, ten times at least.
  ///
  /// - Parameter appends: With `append-via-stream` instead of `write-via-stream`.
  static func race03(appends: Bool) -> String {
    let start =
      appends
      ? "(call $appending (global.get $file) (i32.wrap_i64 (local.get $pair)))"
      : "(call $writing (global.get $file) (i32.wrap_i64 (local.get $pair)) (i64.const 0))"
    return fileCommand(
      async: true,
      """
      (global $writer (mut i32) (i32.const 0))
      (global $writer-end (mut i32) (i32.const 0))
      ;; 0: can go on, 1: waits, 2: has ended.
      (global $reads (mut i32) (i32.const 2))
      (global $writes (mut i32) (i32.const 0))
      (global $readers (mut i32) (i32.const 0))
      (global $waits (mut i32) (i32.const 0))

      (func $has-read (param $status i32)
        (call $check (i32.shr_u (local.get $status) (i32.const 4)))
        (global.set $reads (i32.const 0))
        (if (i32.and (local.get $status) (i32.const 15))
          (then
            (call $join (global.get $reader) (i32.const 0))
            (call $close-reader)
            (global.set $reads (i32.const 2)))))

      (func $has-written (param $status i32)
        ;; COMPLETED
        (if (i32.and (local.get $status) (i32.const 15)) (then (unreachable)))
        (global.set $writes (i32.const 0))
        (global.set $written
          (i32.add (global.get $written) (i32.shr_u (local.get $status) (i32.const 4)))))

      (func $go-on-writing (local $status i32)
        (if (i32.eq (global.get $written) (i32.const 30_000))
          (then
            (call $join (global.get $writer) (i32.const 0))
            (call $drop-writer (global.get $writer))
            (local.set $status (call $await-later (global.get $writer-end) (i32.const 80)))
            (if (i32.eq (local.get $status) (i32.const -1))
              (then
                (call $join (global.get $writer-end) (global.get $waits))
                (global.set $writes (i32.const 1)))
              (else (call $all-written))))
          (else
            (local.set $status (call $write (global.get $writer)
              (i32.add (i32.const 0x10000) (global.get $written))
              (select (i32.const 700) (i32.sub (i32.const 30_000) (global.get $written))
                (i32.lt_u (global.get $written) (i32.const 29_300)))))
            (if (i32.eq (local.get $status) (i32.const -1))
              (then (global.set $writes (i32.const 1)))
              (else (call $has-written (local.get $status)))))))

      (func $all-written
        (if (i32.load8_u (i32.const 80)) (then (unreachable)))
        (call $drop-end (global.get $writer-end))
        (global.set $writes (i32.const 2)))

      (func $is-at-end (result i32)
        (i32.and (i32.eq (global.get $writes) (i32.const 1))
          (i32.eq (global.get $read) (global.get $written))))

      ;; Now and then the writer lets the reader come to the end of the file.
      (func $pauses (result i32)
        (i32.and (i32.eqz (i32.rem_u (global.get $written) (i32.const 2800)))
          (i32.ne (global.get $reads) (i32.const 2))))

      (func $go-on-reading (local $status i32)
        (if (i32.eq (global.get $reads) (i32.const 1)) (then (return)))
        (if (global.get $reads)
          (then
            ;; At the end of the file, there is more when the writer has done something.
            (if (call $is-at-end) (then (return)))
            ;; Else a file that does not grow would be read for ever.
            (if (i32.gt_u (global.get $readers) (i32.const 10_000)) (then (unreachable)))
            (global.set $readers (i32.add (global.get $readers) (i32.const 1)))
            (call $open-reader)
            (call $join (global.get $reader) (global.get $waits))))
        ;; At times less than is written at once, at times more.
        (local.set $status (call $read (global.get $reader) (i32.const 0x8000)
          (i32.add (i32.const 300) (i32.and (global.get $read) (i32.const 1023)))))
        (if (i32.eq (local.get $status) (i32.const -1))
          (then (global.set $reads (i32.const 1)))
          (else (call $has-read (local.get $status)))))

      (func $go-on-waiting (local $code i32)
        (local.set $code (call $wait (global.get $waits) (i32.const 48)))
        ;; STREAM_READ, STREAM_WRITE, else FUTURE_READ
        (if (i32.eq (local.get $code) (i32.const 2))
          (then (call $has-read (i32.load (i32.const 52))))
          (else (if (i32.eq (local.get $code) (i32.const 3))
            (then (call $has-written (i32.load (i32.const 52))))
            (else (call $all-written))))))

      (func (export "run") (result i32) (local $pair i64)
        (call $fill (i32.const 30_000))
        (call $open)
        (global.set $waits (call $set))
        (local.set $pair (call $new))
        (global.set $writer (i32.wrap_i64 (i64.shr_u (local.get $pair) (i64.const 32))))
        (global.set $writer-end \(start))
        (call $join (global.get $writer) (global.get $waits))
        (loop $next
          (if (i32.eqz (i32.or (global.get $writes) (call $pauses))) (then (call $go-on-writing)))
          (call $go-on-reading)
          (if (i32.or
              (i32.and (i32.eq (global.get $reads) (i32.const 1))
                (i32.or (i32.ne (global.get $writes) (i32.const 0)) (call $pauses)))
              (i32.and (i32.eq (global.get $reads) (i32.const 2)) (call $is-at-end)))
            (then (call $go-on-waiting)))
          (br_if $next (i32.or (i32.ne (global.get $writes) (i32.const 2))
            (i32.or (i32.ne (global.get $reads) (i32.const 2))
              (i32.ne (global.get $read) (i32.const 30_000))))))
        (i32.lt_u (global.get $readers) (i32.const 10)))
      """)
  }
}
