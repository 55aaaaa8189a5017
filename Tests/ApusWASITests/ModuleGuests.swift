// Core modules written by hand that import WASI 0.1.

enum ModuleGuests {
  private static let types = [
    ("fd_write", "(param i32 i32 i32 i32) (result i32)"),
    ("fd_read", "(param i32 i32 i32 i32) (result i32)"),
    ("fd_close", "(param i32) (result i32)"),
    ("args_get", "(param i32 i32) (result i32)"),
    ("args_sizes_get", "(param i32 i32) (result i32)"),
    ("environ_get", "(param i32 i32) (result i32)"),
    ("environ_sizes_get", "(param i32 i32) (result i32)"),
    ("path_open", "(param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)"),
    ("poll_oneoff", "(param i32 i32 i32 i32) (result i32)"),
    ("proc_exit", "(param i32)"),
    ("random_get", "(param i32 i32) (result i32)"),
  ]

  /// A module with a memory that imports some of the functions.
  static func module(_ functions: [String], _ body: String) -> String {
    let imports = types.filter { functions.contains($0.0) }.map { name, type in
      "(import \"wasi_snapshot_preview1\" \"\(name)\" (func $\(name) \(type)))"
    }
    return """
      (module
        \(imports.joined(separator: "\n"))
        (memory (export "memory") 1)
        \(body))
      """
  }

  /// Writes bytes to standard output until all are taken.
  private static let print = """
    (func $print (param $at i32) (param $count i32)
      (loop $more
        (i32.store (i32.const 0) (local.get $at))
        (i32.store (i32.const 4) (local.get $count))
        (if (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))
          (then (unreachable)))
        (local.set $at (i32.add (local.get $at) (i32.load (i32.const 8))))
        (local.set $count (i32.sub (local.get $count) (i32.load (i32.const 8))))
        (br_if $more (local.get $count))))
    """

  /// Says hello.
  static let hello = module(
    ["fd_write"],
    """
    \(print)
    (data (i32.const 16) "hello\\n")
    (func (export "_start") (call $print (i32.const 16) (i32.const 6)))
    """)

  /// Says goodbye and exits with a status.
  static func exit(_ status: Int) -> String {
    module(
      ["fd_write", "proc_exit"],
      """
      \(print)
      (data (i32.const 16) "goodbye\\n")
      (func (export "_start")
        (call $print (i32.const 16) (i32.const 8))
        (call $proc_exit (i32.const \(status))))
      """)
  }

  /// Writes its arguments and then its variables, each with its NUL.
  static let list = module(
    ["fd_write", "args_get", "args_sizes_get", "environ_get", "environ_sizes_get"],
    """
    \(print)
    (func (export "_start")
      (drop (call $args_sizes_get (i32.const 16) (i32.const 20)))
      (drop (call $args_get (i32.const 64) (i32.const 1024)))
      (if (i32.load (i32.const 20))
        (then (call $print (i32.const 1024) (i32.load (i32.const 20)))))
      (drop (call $environ_sizes_get (i32.const 16) (i32.const 20)))
      (drop (call $environ_get (i32.const 64) (i32.const 1024)))
      (if (i32.load (i32.const 20))
        (then (call $print (i32.const 1024) (i32.load (i32.const 20))))))
    """)

  /// Copies up to 100 bytes of the file `in` to a new file `out`; exits with the error code of what does not succeed.
  static let copy = module(
    ["fd_read", "fd_write", "path_open", "proc_exit"],
    """
    (data (i32.const 16) "in  out ")
    (func $check (param $errno i32)
      (if (local.get $errno) (then (call $proc_exit (local.get $errno)))))
    (func (export "_start")
      (call $check (call $path_open (i32.const 3) (i32.const 0) (i32.const 16) (i32.const 2)
        (i32.const 0) (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 32)))
      (i32.store (i32.const 0) (i32.const 1024))
      (i32.store (i32.const 4) (i32.const 100))
      (call $check (call $fd_read (i32.load (i32.const 32)) (i32.const 0) (i32.const 1)
        (i32.const 4)))
      (call $check (call $path_open (i32.const 3) (i32.const 0) (i32.const 20) (i32.const 3)
        (i32.const 1) (i64.const 64) (i64.const 0) (i32.const 0) (i32.const 32)))
      (call $check (call $fd_write (i32.load (i32.const 32)) (i32.const 0) (i32.const 1)
        (i32.const 8))))
    """)

  /// Copies standard input to standard output, one byte at a time; `one` copies a single byte.
  static let echo = module(
    ["fd_read", "fd_write"],
    """
    \(print)
    (func $one (export "one") (result i32)
      (i32.store (i32.const 0) (i32.const 1024))
      (i32.store (i32.const 4) (i32.const 1))
      (if (call $fd_read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 12))
        (then (unreachable)))
      (if (i32.load (i32.const 12)) (then (call $print (i32.const 1024) (i32.const 1))))
      (i32.load (i32.const 12)))
    (func (export "_start") (loop $next (br_if $next (call $one))))
    """)

  /// Waits for a second and for standard input, and exits with the number of events; traps if what comes is no clock's.
  static let sleep = module(
    ["poll_oneoff", "proc_exit"],
    """
    (func $sleep (export "sleep") (param $nanoseconds i64) (result i32)
      (i64.store (i32.const 64) (i64.const 7))
      (i32.store8 (i32.const 72) (i32.const 0))
      (i32.store (i32.const 80) (i32.const 1))
      (i64.store (i32.const 88) (local.get $nanoseconds))
      (i64.store (i32.const 112) (i64.const 8))
      (i32.store8 (i32.const 120) (i32.const 2))
      (i32.store (i32.const 128) (i32.const 77))
      (if (call $poll_oneoff (i32.const 64) (i32.const 256) (i32.const 1) (i32.const 8))
        (then (unreachable)))
      (if (i64.ne (i64.load (i32.const 256)) (i64.const 7)) (then (unreachable)))
      (i32.load (i32.const 8)))
    (func (export "_start") (call $proc_exit (call $sleep (i64.const 1_000_000_000))))
    """)

  /// Computes for ever.
  static let spin = module([], #"(func (export "_start") (loop $again (br $again)))"#)

  /// A reactor: `next` counts from where `_initialize` began, and `random` asks for a number.
  static let reactor = module(
    ["random_get", "proc_exit"],
    """
    (global $count (mut i32) (i32.const 0))
    (func (export "_initialize") (global.set $count (i32.const 40)))
    (func (export "next") (result i32)
      (global.set $count (i32.add (global.get $count) (i32.const 1)))
      (global.get $count))
    (func (export "random") (result i64)
      (drop (call $random_get (i32.const 0) (i32.const 8)))
      (i64.load (i32.const 0)))
    (func (export "give-up") (call $proc_exit (i32.const 9)))
    """)
}
