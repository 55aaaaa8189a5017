// The commands on components: conversion, calls in WAVE, how they end, and what is said about it.

import TestSupport
import Testing
import WasmSyntax

private typealias Command = CommandTest

/// Numbers, memory, instances with functions of the same name, a trap, a resource.
private let component = """
  (component
    (core module $m
      (memory (export "mem") 1)
      (func (export "add") (param i32 i32) (result i32)
        (i32.add (local.get 0) (local.get 1)))
      (func (export "last") (param i32 i32 i32 i32 i32) (result i32)
        (i32.store (i32.const 0) (local.get 3))
        (i32.store (i32.const 4) (local.get 4))
        (i32.const 0))
      (global $next (mut i32) (i32.const 64))
      (func (export "realloc") (param i32 i32 i32 i32) (result i32)
        (global.get $next)
        (global.set $next
          (i32.and (i32.add (i32.add (global.get $next) (local.get 3)) (i32.const 7))
            (i32.const -8))))
      (func $inner unreachable)
      (func (export "nothing"))
      (func (export "trap") (call $inner)))
    (type $r' (resource (rep i32)))
    (export $r "r" (type $r'))
    (core func $new (canon resource.new $r'))
    (core instance $i (instantiate $m))
    (func $add (export "add") (param "a" u8) (param "b" s32) (result s32)
      (canon lift (core func $i "add")))
    (func (export "trap") (canon lift (core func $i "trap")))
    (func (export "nothing") (canon lift (core func $i "nothing")))
    (type $p' (record (field "a" u32) (field "b" (option string))))
    (export $p "p" (type $p'))
    (func (export "last")
      (param "a" u8) (param "b" string) (param "c" (list (option $p))) (result (list (option $p)))
      (canon lift (core func $i "last") (memory (core memory $i "mem"))
        (realloc (core func $i "realloc"))))
    (func (export "make") (param "rep" u32) (result (own $r)) (canon lift (core func $new)))
    (instance (export "ns:pkg/one@1.0.0") (export "plus" (func $add)) (export "both" (func $add)))
    (instance (export "ns:pkg/two@1.0.0") (export "both" (func $add))))
  """

@Suite struct ComponentInvokeTests {
  @Test func example() {
    let package = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    let child = Command.apus(
      "run", "--invoke", "distance({x: 1, y: 2}, some({x: 4, y: 6}))",
      "/\(package)/Examples/distance.wat")
    #expect(child.output == "5\n")
  }

  @Test func valuesAreWAVE() throws {
    let path = try Command.file("component.wat", component)
    #expect(Command.apus("run", "--invoke", "add(255, -256)", path).output == "-1\n")
    let last = #"last(1, "x", [some({a: 2}), none, some({b: some("\u{e9}\n"), a: 3})])"#
    let child = Command.apus("run", "--invoke", last, path)
    #expect(child.output == #"[some({a: 2}), none, some({a: 3, b: some("é\n")})]"# + "\n")
    #expect(child.errors == "")
    #expect(child.status == 0)
    #expect(Command.apus("run", "--invoke", "nothing()", path).output == "()\n")
    #expect(Command.apus("run", "--invoke", "make(7)", path).output == "<own 0>\n")
    // Binary files too; what follows is for the guest.
    let binary = Command.path("component.wasm")
    #expect(Command.apus("parse", path, "-o", binary).status == 0)
    #expect(Command.apus("run", "--invoke", "add(1, 2)", binary, "3", "-x").output == "3\n")
  }

  @Test func functionsOfInstances() throws {
    let path = try Command.file("component.wat", component)
    for name in ["plus", "ns:pkg/one@1.0.0#plus", "ns:pkg/one.plus@1.0.0", "ns:pkg/two@1.0.0#both"]
    {
      #expect(Command.apus("run", "--invoke", "\(name)(1, 2)", path).output == "3\n")
    }
    let several = Command.apus("run", "--invoke", "both(1, 2)", path)
    #expect(several.status == 1)
    #expect(
      several.errors.contains(
        """
        Multiple instances contained funcs named `both`, retry with a more specific name: \
        `ns:pkg/one@1.0.0#both`, `ns:pkg/two@1.0.0#both`
        """))
    let none = Command.apus("run", "--invoke", "ns:pkg/two@1.0.0#plus(1, 2)", path)
    #expect(none.status == 1)
    #expect(
      none.errors.contains(
        "No exported func named `ns:pkg/two@1.0.0#plus` in component, which exports `add`, `trap`"))
    #expect(none.errors.contains("`ns:pkg/one@1.0.0#both`"))
    let empty = try Command.file("empty.wat", "(component)")
    #expect(
      Command.apus("run", "--invoke", "f()", empty).errors.contains("which exports no funcs"))
  }

  @Test(arguments: [
    ("add(1, 2", "expected `)`, found the end at 8"),
    ("add", "expected `(` at 3"),
    ("add(256, 0)", "256 is no u8 at 4"),
    ("add(1)", "expected 2 arguments, found 1 at 4"),
    ("add(1, 2, 3)", "expected 2 arguments, found more at 10"),
    ("add(1, \"x\")", "expected s32, found a string at 7"),
    ("add(1, 2) 3", "expected the end, found number 3 at 10"),
    ("last(1, \"\", [some({c: 2})])", "unknown field `c` at 19"),
    ("last(1, \"\", [{a: 1, a: 2}])", "duplicate field `a` at 20"),
  ])
  func wrongWAVE(call: String, message: String) throws {
    let path = try Command.file("component.wat", component)
    let child = Command.apus("run", "--invoke", call, path)
    #expect(child.status == 1)
    #expect(child.errors.contains("while interpreting parameters in invoke \"\(call)\""))
    #expect(child.errors.contains(message))
  }

  @Test func trapHasBacktraceAndStatus134() throws {
    let path = try Command.file("component.wat", component)
    let child = Command.apus("run", "--invoke", "trap()", path)
    #expect(child.status == 134)
    #expect(child.output == "")
    #expect(child.errors.hasPrefix("Error: failed to run main module `\(path)`"))
    #expect(child.errors.contains("0: failed to invoke `trap`"))
    #expect(child.errors.contains(" - m!inner\n"))
    #expect(child.errors.contains("wasm trap: wasm `unreachable` instruction executed\n"))
    let start = try Command.file(
      "start.wat",
      """
      (component
        (core module $m (func $s unreachable) (start $s))
        (core instance (instantiate $m))
        (core module $n (func (export "f")))
        (core instance $n (instantiate $n))
        (func (export "f") (canon lift (core func $n "f"))))
      """)
    let instantiation = Command.apus("run", "--invoke", "f()", start)
    #expect(instantiation.status == 134)
    #expect(instantiation.errors.contains("failed to instantiate \"\(start)\""))
  }
}

@Suite struct ComponentCommandTests {
  private func command(_ body: String, version: String = "0.2.0") throws -> String {
    try Command.file(
      "command.wat",
      """
      (component
        (core module $m (func (export "run") (result i32) \(body)))
        (core instance $i (instantiate $m))
        (func $run (result (result)) (canon lift (core func $i "run")))
        (instance (export "wasi:cli/run@\(version)") (export "run" (func $run))))
      """)
  }

  @Test func runOfWASI() throws {
    let ok = Command.apus("run", try command("(i32.const 0)"))
    #expect((ok.status, ok.output, ok.errors) == (0, "", ""))
    #expect(Command.apus("run", try command("(i32.const 0)", version: "0.3.0")).status == 0)
    let error = Command.apus("run", try command("(i32.const 1)"))
    #expect((error.status, error.output, error.errors) == (1, "", ""))
    let trap = Command.apus("run", try command("unreachable"))
    #expect(trap.status == 134)
    #expect(trap.errors.contains("failed to invoke `run` function"))
    let none = Command.apus("run", try Command.file("component.wat", component))
    #expect(none.status == 1)
    #expect(none.errors.contains("no exported instance named `wasi:cli/run@0.2`"))
    for version in ["0.4.0", "0.3.0-rc-2026-03-15"] {
      let other = Command.apus("run", try command("(i32.const 0)", version: version))
      #expect(other.status == 1)
      #expect(other.errors.contains("no exported instance named"))
    }
  }

  @Test(arguments: [
    (
      #"(import "a:b/c@0.1.0" (instance (export "t" (type (sub resource)))))"#,
      "component imports instance `a:b/c@0.1.0`",
      ["instance export `t` has the wrong type", "resource implementation is missing"]
    ),
    (#"(import "f" (func))"#, "component imports function `f`", ["function implementation"]),
    (#"(import "m" (core module))"#, "component imports core module `m`", ["module impl"]),
  ])
  func missingImports(text: String, subject: String, causes: [String]) throws {
    let child = Command.apus("run", try Command.file("import.wat", "(component \(text))"))
    #expect(child.status == 1)
    #expect(
      child.errors.contains(
        "\(subject), but a matching implementation was not found in the linker"))
    for cause in causes { #expect(child.errors.contains(cause)) }
  }

  /// A call that waits for a set of waitables with nothing in it.
  private let deadlock = """
    (component
      (core module $memory (memory (export "mem") 1))
      (core instance $memory (instantiate $memory))
      (core func $new (canon waitable-set.new))
      (core func $wait (canon waitable-set.wait (memory (core memory $memory "mem"))))
      (core module $m
        (import "" "new" (func $new (result i32)))
        (import "" "wait" (func $wait (param i32 i32) (result i32)))
        (func (export "f") (drop (call $wait (call $new) (i32.const 0)))))
      (core instance $i
        (instantiate $m
          (with "" (instance (export "new" (func $new)) (export "wait" (func $wait))))))
      (func (export "f") async (canon lift (core func $i "f"))))
    """

  @Test func deadlockSaysWhoWaits() throws {
    let child = Command.apus("run", "--invoke", "f()", try Command.file("wait.wat", deadlock))
    #expect(child.status == 134)
    #expect(child.errors.contains("deadlock detected: event loop cannot make further progress\n"))
    #expect(child.errors.contains("task 0, thread 1 waits for an event of a set of 0 waitables"))
  }

  @Test func waitsForMemory() throws {
    let path = try Command.file(
      "atomic.wat",
      """
      (component
        (core module $m
          (memory 1 1 shared)
          (func (export "wait") (param i64) (result i32)
            (memory.atomic.wait32 (i32.const 0) (i32.const 0) (local.get 0))))
        (core instance $i (instantiate $m))
        (func (export "wait") (param "nanoseconds" s64) (result u32)
          (canon lift (core func $i "wait"))))
      """)
    #expect(
      Command.apus("run", "-Wthreads", "--invoke", "wait(20000000)", path).output == "2\n")
    let timeout = Command.apus(
      "run", "-Wthreads,timeout=50ms", "--invoke", "wait(-1)", path)
    #expect(timeout.status == 134)
    #expect(timeout.errors.contains("wasm trap: interrupt"))
  }

  @Test func featuresAreNamedWhereTheyAreOff() throws {
    let path = try Command.file("wait.wat", deadlock)
    let off = Command.apus("validate", "-Wcomponent-model-async=n", path)
    #expect(off.status == 1)
    #expect(off.errors.contains(":4:3: `waitable-set.new`: component-model-async is disabled"))
    #expect(off.errors.contains("enable it with -W component-model-async=y"))
    let noConcurrency = Command.apus("validate", "-W", "concurrency-support=n", path)
    #expect(noConcurrency.status == 1)
    #expect(noConcurrency.errors.contains("enable it with -W concurrency-support=y"))
    #expect(Command.apus("validate", path).status == 0)
    let sync = try Command.file("component.wat", component)
    let plain = Command.apus("run", "-Wconcurrency-support=n", "--invoke", "add(1, 2)", sync)
    #expect(plain.output == "3\n")
    let none = Command.apus("validate", "-Wcomponent-model=n", sync)
    #expect(none.errors.contains("enable it with -W component-model=y"))
    let lists = try Command.file("lists.wat", "(component (type (list u8 4)))")
    #expect(
      Command.apus("validate", lists).errors.contains("-W component-model-fixed-length-lists=y"))
    #expect(Command.apus("validate", "-Wall-proposals", lists).status == 0)
    #expect(
      Command.apus("validate", "-Wcomponent-model-fixed-length-lists", lists).status == 0)
  }

  @Test(arguments: [
    "thread.spawn-ref $t", "thread.spawn-indirect $t (core table $i \"t\")",
    "thread.available-parallelism",
  ])
  func sharedThreadsAreRefusedByName(builtin: String) throws {
    let path = try Command.file(
      "spawn.wat",
      """
      (component
        (core type $t (func (param i32)))
        (core module $m (table (export "t") 1 funcref))
        (core instance $i (instantiate $m))
        (core func (canon \(builtin))))
      """)
    let child = Command.apus("validate", "-Wall-proposals=y", path)
    #expect(child.status == 1)
    let name = builtin.split(separator: " ").first ?? ""
    #expect(child.errors.contains(":5:3: `\(name)` is not supported"))
  }
}

@Suite struct ComponentConversionTests {
  @Test func parseAndPrintAreInverse() throws {
    let text = try Command.file("component.wat", component)
    let binary = Command.path("component.wasm")
    let again = Command.path("again.wasm")
    #expect(Command.apus("parse", text, "-o", binary).status == 0)
    let printed = Command.apus("print", binary)
    #expect(printed.status == 0)
    #expect(printed.output.hasPrefix("(component"))
    let printedFile = try Command.file("printed.wat", printed.output)
    #expect(Command.apus("parse", printedFile, "-o", again).status == 0)
    #expect(try Bytes(contentsOf: binary).array == Bytes(contentsOf: again).array)
    #expect(Command.apus("print", text).output == printed.output)
    #expect(Command.apus("validate", again).status == 0)
  }

  @Test(arguments: [
    // Not in the grammar.
    ("(component\n  (frob))", ":2:4: unknown operator frob"),
    (
      "(component\n  (func (export \"f\") (canon lift (core func 0 1))))",
      ":2:47: unexpected token 1"
    ),
    // A definition, of the component and of one inside it.
    ("(component\n  (type u32)\n  (type (record (field \"A_b\" u32))))", ":3:3: record field"),
    ("(component\n  (component)\n  (component $c\n (type (list (own 0)))))", ":4:2:"),
    ("(component\n  (core module\n    (func)\n    (func i32.add)))", ":4:11: type mismatch"),
    // What is inside quotes has no lines.
    ("(component\n (core module binary \"\\00asm\\01\\00\\00\\00\\01\"))", ":2:2:"),
    ("(component\n  (component\n  (import \"a\" (value $v u8))))", ":2:3: value index 0"),
  ])
  func errorsInTextHaveAPlace(text: String, place: String) throws {
    let path = try Command.file("wrong.wat", text)
    let child = Command.apus("validate", "-Wall-proposals", path)
    #expect(child.status == 1)
    #expect(child.errors.contains("wrong.wat\(place)"), "\(child.errors)")
  }

  @Test func errorsInBinaryHaveAnOffset() throws {
    let binary = Command.path("wrong.wasm")
    let text = try Command.file("wrong.wat", "(component (import \"a\" (func (type 5))))")
    #expect(Command.apus("parse", text, "-o", binary).status == 0)
    let child = Command.apus("validate", binary)
    #expect(child.status == 1)
    #expect(child.errors.contains("(at offset 0x"))
  }
}

@Suite struct ScheduleTests {
  private let script = "\(Suites.root)/component/async/cancel-subtask.wast"

  @Test(arguments: 1...5)
  func recordedSchedulesReplay(seed: Int) throws {
    let first = Command.path("first.schedule")
    let second = Command.path("second.schedule")
    let recorded = Command.apus(
      "wast", "-W", "schedule=random:\(seed),record-schedule=\(first)", script)
    let replayed = Command.apus(
      "wast", "-W", "schedule=replay:\(first)", "-Wrecord-schedule=\(second)", script)
    #expect(replayed.output == recorded.output)
    #expect(replayed.status == recorded.status)
    let bytes = try Bytes(contentsOf: first).array
    #expect(try Bytes(contentsOf: second).array == bytes)
    #expect(!bytes.isEmpty)
    #expect(bytes.count <= 10 * 1024)
  }

  @Test(arguments: Suites.component)
  func everyScriptsTraceIsSmallAndReplays(script: Suites.Script) throws {
    let first = Command.path("first.schedule")
    let second = Command.path("second.schedule")
    let seed = script.name.utf8.count
    let recorded = Command.apus(
      "wast", "-W", "schedule=random:\(seed),record-schedule=\(first)", script.path)
    let replayed = Command.apus(
      "wast", "-W", "schedule=replay:\(first),record-schedule=\(second)", script.path)
    #expect(replayed.output == recorded.output)
    let bytes = try Bytes(contentsOf: first).array
    #expect(bytes.count <= 10 * 1024)
    #expect(try Bytes(contentsOf: second).array == bytes)
  }

  /// Every turn that the task gives away may be taken back at once; then it traps.
  private let race = """
    (component
      (core module $m
        (import "" "yield" (func $yield (result i32)))
        (func (export "f")
          (loop $l
            (drop (call $yield))
            (global.set $count (i32.add (global.get $count) (i32.const 1)))
            (br_if $l (i32.lt_u (global.get $count) (i32.const 5))))
          unreachable)
        (global $count (mut i32) (i32.const 0)))
      (core func $yield (canon thread.yield))
      (core instance $i (instantiate $m (with "" (instance (export "yield" (func $yield))))))
      (func (export "f") async (canon lift (core func $i "f"))))
    """

  @Test func schedulesAreRecordedUpToATrap() throws {
    let path = try Command.file("race.wat", race)
    let first = Command.path("first.schedule")
    let second = Command.path("second.schedule")
    let recorded = Command.apus(
      "run", "-Wcomponent-model-threading,schedule=random:3,record-schedule=\(first)", "--invoke",
      "f()", path)
    #expect(recorded.status == 134)
    #expect(recorded.errors.contains("unreachable"))
    let replayed = Command.apus(
      "run", "-Wcomponent-model-threading,schedule=replay:\(first),record-schedule=\(second)",
      "--invoke", "f()", path)
    #expect(replayed.status == 134)
    #expect(replayed.errors == recorded.errors)
    let bytes = try Bytes(contentsOf: first).array
    #expect(!bytes.isEmpty)
    #expect(try Bytes(contentsOf: second).array == bytes)
  }

  @Test func wrongSchedules() throws {
    let path = Command.path("schedule")
    let several = Command.apus("wast", "-W", "record-schedule=\(path)", script, script)
    #expect(several.status == 2)
    #expect(several.errors.contains("`record-schedule` needs exactly one script"))
    #expect(Command.apus("wast", "-W", "schedule=random", script).status == 2)
    #expect(Command.apus("wast", "-W", "schedule=lifo", script).status == 2)
    #expect(Command.apus("wast", "-W", "record-schedule", script).status == 2)
    let missing = Command.apus("wast", "-W", "schedule=replay:\(path)", script)
    #expect(missing.status == 1)
    #expect(missing.errors.contains("failed to read schedule `\(path)`"))
    try Bytes([0x80]).write(to: path)
    let broken = Command.apus("wast", "-W", "schedule=replay:\(path)", script)
    #expect(broken.status == 1)
    #expect(broken.errors.contains("it was not recorded by apus"))
  }

  @Test func everyScriptStartsAFreshSchedule() throws {
    let alone = Command.apus("wast", "-W", "schedule=random:2", script)
    let twice = Command.apus("wast", "-W", "schedule=random:2", script, script)
    #expect(alone.status == 0)
    #expect(twice.status == 0)
  }
}
