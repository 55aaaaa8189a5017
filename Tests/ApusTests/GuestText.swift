// Components for tests: a core module with a memory, what it imports, and what is lifted from it.

/// A function that the core module imports, made by a canonical definition.
struct GuestImport {
  let name: String
  let type: String
  let canon: String

  /// `canon` without its `(core func ...)`; MEM and REALLOC stand for the memory and the allocator.
  init(_ name: String, _ type: String, _ canon: String) {
    self.name = name
    self.type = type
    self.canon = canon
  }

  static let subtaskCancel = GuestImport(
    "subtask.cancel", "(param i32) (result i32)", "subtask.cancel")
  static let subtaskCancelAsync = GuestImport(
    "subtask.cancel-async", "(param i32) (result i32)", "subtask.cancel async")
  static let subtaskDrop = GuestImport("subtask.drop", "(param i32)", "subtask.drop")
  static let setNew = GuestImport("set.new", "(result i32)", "waitable-set.new")
  static let setWait = GuestImport(
    "set.wait", "(param i32 i32) (result i32)", "waitable-set.wait MEM")
  static let setWaitCancellable = GuestImport(
    "set.wait-cancellable", "(param i32 i32) (result i32)", "waitable-set.wait cancellable MEM")
  static let setPollCancellable = GuestImport(
    "set.poll-cancellable", "(param i32 i32) (result i32)", "waitable-set.poll cancellable MEM")
  static let setDrop = GuestImport("set.drop", "(param i32)", "waitable-set.drop")
  static let join = GuestImport("join", "(param i32 i32)", "waitable.join")
  static let taskCancel = GuestImport("task.cancel", "", "task.cancel")
  static let returnNothing = GuestImport("return", "", "task.return")
  static let returnU32 = GuestImport("return-u32", "(param i32)", "task.return (result u32)")
  static let yield = GuestImport("yield", "(result i32)", "thread.yield")

  /// The built-ins on streams or futures of a type that the component calls `$ST` or `$FT`.
  static func copies(_ kind: String, _ type: String) -> [GuestImport] {
    let isFuture = kind == "future"
    let copy = isFuture ? "(param i32 i32) (result i32)" : "(param i32 i32 i32) (result i32)"
    return [
      .init("\(kind).new", "(result i64)", "\(kind).new \(type)"),
      .init("\(kind).read", copy, "\(kind).read \(type) async MEM"),
      .init("\(kind).write", copy, "\(kind).write \(type) async MEM"),
      .init("\(kind).read-sync", copy, "\(kind).read \(type) MEM"),
      .init("\(kind).write-sync", copy, "\(kind).write \(type) MEM"),
      .init("\(kind).cancel-read", "(param i32) (result i32)", "\(kind).cancel-read \(type)"),
      .init("\(kind).cancel-write", "(param i32) (result i32)", "\(kind).cancel-write \(type)"),
      .init("\(kind).drop-readable", "(param i32)", "\(kind).drop-readable \(type)"),
      .init("\(kind).drop-writable", "(param i32)", "\(kind).drop-writable \(type)"),
    ]
  }
}

/// The text of a component.
///
/// - Parameters:
///   - declarations: Imports and types.
///   - imports: What the core module `$i` is instantiated of gets.
///   - core: Its functions. `$expect` traps unless its two arguments are equal.
///   - exports: What is lifted from `$i`.
///   - name: An identifier, for components within others.
func guest(
  _ declarations: String = "", _ imports: [GuestImport] = [], core: String, exports: String,
  name: String = ""
) -> String {
  func place(_ text: String) -> String {
    text.replacing("MEM", with: #"(memory (core memory $libc "mem"))"#)
      .replacing("REALLOC", with: #"(realloc (core func $libc "realloc"))"#)
  }
  return """
    (component \(name)
      (core module $libc
        (memory (export "mem") 1)
        (global $next (mut i32) (i32.const 32768))
        (func (export "realloc") (param i32 i32 i32 i32) (result i32)
          (global.set $next
            (i32.and (i32.add (global.get $next) (i32.const 15)) (i32.const -16)))
          (global.get $next)
          (global.set $next (i32.add (global.get $next) (local.get 3)))))
      (core instance $libc (instantiate $libc))
      \(declarations)
      \(imports.map { "(canon \(place($0.canon)) (core func $\($0.name)))" }
        .joined(separator: "\n  "))
      (core module $m
        (import "" "mem" (memory 1))
        \(imports.map { "(import \"\" \"\($0.name)\" (func $\($0.name) \($0.type)))" }
          .joined(separator: "\n    "))
        (func $expect (param i32 i32)
          (if (i32.ne (local.get 0) (local.get 1)) (then unreachable)))
        \(core))
      (core instance $i (instantiate $m (with "" (instance
        (export "mem" (memory $libc "mem"))
        \(imports.map { "(export \"\($0.name)\" (func $\($0.name)))" }
          .joined(separator: "\n    "))))))
      \(place(exports)))
    """
}
