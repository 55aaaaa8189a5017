// Guests of all versions that go through names which somebody else replaces meanwhile. They tell which errors they had,
// one bit each, and end in `unreachable` if they ever see what begins like a secret.

@testable import WASI

extension Guests {
  /// `race(rounds)`, on functions that return -1 when they fail and note why.
  private static let race = """
    (data (i32.const 16) "swap/secret") (data (i32.const 32) "swap/new")
    (data (i32.const 48) "swap/made") (data (i32.const 64) "swapfile")
    (data (i32.const 80) "stolen") (data (i32.const 96) "moved")
    (global $errors (mut i64) (i64.const 0))

    (func $note (param $code i32) (result i32)
      (global.set $errors (i64.or (global.get $errors)
        (i64.shl (i64.const 1) (i64.extend_i32_u (local.get $code)))))
      (i32.const -1))

    ;; Opens and closes; looks at what was opened for reading.
    (func $try (param $follow i32) (param $path i32) (param $count i32) (param $open-flags i32)
      (param $writes i32) (local $file i32)
      (local.set $file (call $open (local.get $follow) (local.get $path) (local.get $count)
        (local.get $open-flags) (local.get $writes)))
      (if (i32.eq (local.get $file) (i32.const -1)) (then (return)))
      (if (i32.eqz (local.get $writes))
        (then (if (i32.eq (call $first (local.get $file)) (i32.const 0x73)) (then (unreachable)))))
      (call $close (local.get $file)))

    (func (export "race") (param $rounds i32) (result i64)
      (loop $next
        (call $try (i32.const 1) (i32.const 16) (i32.const 11) (i32.const 0) (i32.const 0))
        ;; create, truncate
        (call $try (i32.const 1) (i32.const 16) (i32.const 11) (i32.const 9) (i32.const 1))
        ;; create, exclusive
        (call $try (i32.const 0) (i32.const 32) (i32.const 8) (i32.const 5) (i32.const 1))
        (drop (call $unlink (i32.const 32) (i32.const 8)))
        (drop (call $mkdir (i32.const 48) (i32.const 9)))
        (drop (call $rmdir (i32.const 48) (i32.const 9)))
        (call $try (i32.const 1) (i32.const 64) (i32.const 8) (i32.const 0) (i32.const 0))
        (call $try (i32.const 0) (i32.const 64) (i32.const 8) (i32.const 0) (i32.const 0))
        (call $try (i32.const 1) (i32.const 64) (i32.const 8) (i32.const 8) (i32.const 1))
        (if (i32.eqz (call $link (i32.const 16) (i32.const 11) (i32.const 80) (i32.const 6)))
          (then
            (call $try (i32.const 0) (i32.const 80) (i32.const 6) (i32.const 0) (i32.const 0))
            (if (call $unlink (i32.const 80) (i32.const 6)) (then (unreachable)))))
        (if (i32.eqz (call $rename (i32.const 16) (i32.const 11) (i32.const 96) (i32.const 5)))
          (then (call $try (i32.const 0) (i32.const 96) (i32.const 5) (i32.const 0) (i32.const 0))))
        (local.set $rounds (i32.sub (local.get $rounds) (i32.const 1)))
        (br_if $next (local.get $rounds)))
      (global.get $errors))
    """

  /// `errno` of WASI 0.1 in the words of later versions, as far as they matter to a race.
  static let fileErrors01 = (0..<64 as Range<UInt16>).map { code in
    switch Errno(rawValue: code) {
    case .noent: "no-entry"
    case .perm: "not-permitted"
    case .notdir: "not-directory"
    case .loop: "loop"
    case .exist: "exist"
    default: "error \(code)"
    }
  }

  /// A module of WASI 0.1.
  static let race01 = """
    (module
      (import "wasi_snapshot_preview1" "path_open"
        (func $path_open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
      (import "wasi_snapshot_preview1" "fd_read"
        (func $fd_read (param i32 i32 i32 i32) (result i32)))
      (import "wasi_snapshot_preview1" "fd_close" (func $fd_close (param i32) (result i32)))
      (import "wasi_snapshot_preview1" "path_unlink_file"
        (func $path_unlink_file (param i32 i32 i32) (result i32)))
      (import "wasi_snapshot_preview1" "path_create_directory"
        (func $path_create_directory (param i32 i32 i32) (result i32)))
      (import "wasi_snapshot_preview1" "path_remove_directory"
        (func $path_remove_directory (param i32 i32 i32) (result i32)))
      (import "wasi_snapshot_preview1" "path_link"
        (func $path_link (param i32 i32 i32 i32 i32 i32 i32) (result i32)))
      (import "wasi_snapshot_preview1" "path_rename"
        (func $path_rename (param i32 i32 i32 i32 i32 i32) (result i32)))
      (memory (export "memory") 1)
      (func $end (param $code i32) (result i32)
        (if (result i32) (local.get $code) (then (call $note (local.get $code)))
          (else (i32.const 0))))
      (func $open (param $follow i32) (param $path i32) (param $count i32) (param $flags i32)
        (param $writes i32) (result i32)
        ;; fd_read, fd_write
        (if (result i32)
          (call $end (call $path_open (i32.const 3) (local.get $follow) (local.get $path)
            (local.get $count) (local.get $flags)
            (select (i64.const 64) (i64.const 2) (local.get $writes)) (i64.const 0) (i32.const 0)
            (i32.const 0)))
          (then (i32.const -1)) (else (i32.load (i32.const 0)))))
      (func $first (param $file i32) (result i32)
        (i32.store (i32.const 200) (i32.const 4096))
        (i32.store (i32.const 204) (i32.const 6))
        (i32.store8 (i32.const 4096) (i32.const 0))
        (drop (call $fd_read (local.get $file) (i32.const 200) (i32.const 1) (i32.const 0)))
        (i32.load8_u (i32.const 4096)))
      (func $close (param $file i32) (drop (call $fd_close (local.get $file))))
      (func $unlink (param i32 i32) (result i32)
        (call $end (call $path_unlink_file (i32.const 3) (local.get 0) (local.get 1))))
      (func $mkdir (param i32 i32) (result i32)
        (call $end (call $path_create_directory (i32.const 3) (local.get 0) (local.get 1))))
      (func $rmdir (param i32 i32) (result i32)
        (call $end (call $path_remove_directory (i32.const 3) (local.get 0) (local.get 1))))
      (func $link (param i32 i32 i32 i32) (result i32)
        (call $end (call $path_link (i32.const 3) (i32.const 0) (local.get 0) (local.get 1)
          (i32.const 3) (local.get 2) (local.get 3))))
      (func $rename (param i32 i32 i32 i32) (result i32)
        (call $end (call $path_rename (i32.const 3) (local.get 0) (local.get 1) (i32.const 3)
          (local.get 2) (local.get 3))))
      \(race))
    """

  /// A component of WASI 0.2.
  static let race02 = raceComponent(
    "0.2.0", codeOffset: 1,
    methods: """
      (export "[method]descriptor.read" (func (param "self" (borrow $descriptor))
        (param "length" u64) (param "offset" u64)
        (result (result (tuple (list u8) bool) (error $code)))))
      """,
    functions: """
      (core func $read (canon lower (func $fs "[method]descriptor.read")
        (memory $memory) (realloc $realloc)))
      """, exports: #"(export "read" (func $read))"#,
    first: """
      (import "" "read" (func $read (param i32 i64 i64 i32)))
      (func $first (param $file i32) (result i32)
        (call $read (local.get $file) (i64.const 6) (i64.const 0) (i32.const 128))
        (if (i32.load8_u (i32.const 128)) (then (unreachable)))
        (if (i32.eqz (i32.load (i32.const 136))) (then (return (i32.const 0))))
        (i32.load8_u (i32.load (i32.const 132))))
      """)

  /// A component of WASI 0.3.
  static let race03 = raceComponent(
    "0.3.0", codeOffset: 4,
    methods: """
      (type $end (future (result (error $code))))
      (export "[method]descriptor.read-via-stream" (func (param "self" (borrow $descriptor))
        (param "offset" u64) (result (tuple (stream u8) $end))))
      """,
    functions: """
      (type $bytes (stream u8))
      (type $end (future (result (error $code))))
      (core func $reading (canon lower (func $fs "[method]descriptor.read-via-stream")
        (memory $memory)))
      (core func $read (canon stream.read $bytes (memory $memory)))
      (core func $drop-reader (canon stream.drop-readable $bytes))
      (core func $drop-end (canon future.drop-readable $end))
      """,
    exports: """
      (export "reading" (func $reading)) (export "read" (func $read))
      (export "drop-reader" (func $drop-reader)) (export "drop-end" (func $drop-end))
      """,
    first: """
      (import "" "reading" (func $reading (param i32 i64 i32)))
      (import "" "read" (func $read (param i32 i32 i32) (result i32)))
      (import "" "drop-reader" (func $drop-reader (param i32)))
      (import "" "drop-end" (func $drop-end (param i32)))
      (func $first (param $file i32) (result i32)
        (call $reading (local.get $file) (i64.const 0) (i32.const 128))
        (i32.store8 (i32.const 4096) (i32.const 0))
        (drop (call $read (i32.load (i32.const 128)) (i32.const 4096) (i32.const 6)))
        (call $drop-reader (i32.load (i32.const 128)))
        (call $drop-end (i32.load (i32.const 132)))
        (i32.load8_u (i32.const 4096)))
      """)

  /// - Parameter codeOffset: Where the error is in a `result` that has nothing else.
  private static func raceComponent(
    _ version: String, codeOffset: Int, methods: String, functions: String, exports: String,
    first: String
  ) -> String {
    let async = version == "0.2.0" ? "" : "async"
    let result = "(result (result (error $code)))"
    let simple = ["unlink-file-at", "create-directory-at", "remove-directory-at"]
    let methods =
      simple.map { name in
        """
        (export "[method]descriptor.\(name)" (func \(async) (param "self" (borrow $descriptor))
          (param "path" string) \(result)))
        """
      } + [
        """
        (export "[method]descriptor.link-at" (func \(async) (param "self" (borrow $descriptor))
          (param "old-path-flags" $path-flags) (param "old-path" string)
          (param "new-descriptor" (borrow $descriptor)) (param "new-path" string) \(result)))
        (export "[method]descriptor.rename-at" (func \(async) (param "self" (borrow $descriptor))
          (param "old-path" string) (param "new-descriptor" (borrow $descriptor))
          (param "new-path" string) \(result)))
        """, methods,
      ]
    let names = simple + ["link-at", "rename-at"]
    let lowered = names.map { name in
      """
      (core func $\(name) (canon lower (func $fs "[method]descriptor.\(name)")
        (memory $memory) (realloc $realloc)))
      """
    }
    let given = (names + ["preopens", "open-at", "drop"]).map { "(export \"\($0)\" (func $\($0)))" }
    return """
      (component
        \(filesystem(version, methods.joined(separator: "\n")))
        \(lowered.joined(separator: "\n"))
        \(functions)
        (core func $drop (canon resource.drop $descriptor))
        (core module $M
          (import "" "mem" (memory 16))
          (import "" "preopens" (func $preopens (param i32)))
          (import "" "open-at" (func $open-at (param i32 i32 i32 i32 i32 i32 i32)))
          (import "" "drop" (func $close (param i32)))
          (import "" "unlink-file-at" (func $unlink-file-at (param i32 i32 i32 i32)))
          (import "" "create-directory-at" (func $create-directory-at (param i32 i32 i32 i32)))
          (import "" "remove-directory-at" (func $remove-directory-at (param i32 i32 i32 i32)))
          (import "" "link-at" (func $link-at (param i32 i32 i32 i32 i32 i32 i32 i32)))
          (import "" "rename-at" (func $rename-at (param i32 i32 i32 i32 i32 i32 i32)))
          \(first)
          (global $root (mut i32) (i32.const -1))
          (func $start
            (call $preopens (i32.const 0))
            (global.set $root (i32.load (i32.load (i32.const 0)))))
          (start $start)
          (func $open (param $follow i32) (param $path i32) (param $count i32) (param $flags i32)
            (param $writes i32) (result i32)
            ;; read, write
            (call $open-at (global.get $root) (local.get $follow) (local.get $path)
              (local.get $count) (local.get $flags)
              (select (i32.const 2) (i32.const 1) (local.get $writes)) (i32.const 0))
            (if (result i32) (i32.load8_u (i32.const 0))
              (then (call $note (i32.load8_u (i32.const 4)))) (else (i32.load (i32.const 4)))))
          (func $end (result i32)
            (if (result i32) (i32.load8_u (i32.const 0))
              (then (call $note (i32.load8_u (i32.const \(codeOffset))))) (else (i32.const 0))))
          (func $unlink (param i32 i32) (result i32)
            (call $unlink-file-at (global.get $root) (local.get 0) (local.get 1) (i32.const 0))
            (call $end))
          (func $mkdir (param i32 i32) (result i32)
            (call $create-directory-at (global.get $root) (local.get 0) (local.get 1) (i32.const 0))
            (call $end))
          (func $rmdir (param i32 i32) (result i32)
            (call $remove-directory-at (global.get $root) (local.get 0) (local.get 1) (i32.const 0))
            (call $end))
          (func $link (param i32 i32 i32 i32) (result i32)
            (call $link-at (global.get $root) (i32.const 0) (local.get 0) (local.get 1)
              (global.get $root) (local.get 2) (local.get 3) (i32.const 0))
            (call $end))
          (func $rename (param i32 i32 i32 i32) (result i32)
            (call $rename-at (global.get $root) (local.get 0) (local.get 1)
              (global.get $root) (local.get 2) (local.get 3) (i32.const 0))
            (call $end))
          \(race))
        (core instance $m (instantiate $M (with "" (instance (export "mem" (memory $memory))
          \(given.joined(separator: " ")) \(exports)))))
        (func (export "race") \(async) (param "rounds" u32) (result u64)
          (canon lift (core func $m "race"))))
      """
  }
}
