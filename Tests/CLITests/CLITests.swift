// The command line as a user sees it: what is printed, to which stream, with which exit status.

import TestSupport
import Testing
import WasmSyntax

private func path(_ name: String) -> String { CommandTest.path(name) }

private func file(_ name: String, _ text: String) throws -> String {
  try CommandTest.file(name, text)
}

private func apus(_ arguments: String...) -> ChildProcess { ChildProcess.run("apus", arguments) }

private let numbers = """
  (module
    (func (export "div") (param i32 i32) (result i32)
      (i32.div_s (local.get 0) (local.get 1)))
    (func (export "all") (param i32 i64 f32 f64) (result f64 f32 i64 i32)
      local.get 3 local.get 2 local.get 1 local.get 0)
    (func (export "refs") (result externref funcref i31ref)
      ref.null extern ref.func 0 (ref.i31 (i32.const 1)))
    (func $loop (export "loop") (loop (br 0)))
    (func (export "grow") (result i32) (memory.grow (i32.const 1)))
    (memory 1))
  """

@Suite struct RunTests {
  @Test func invokePrintsResultsOneALine() throws {
    let path = try file("numbers.wat", numbers)
    #expect(apus("run", "--invoke", "div", path, "-7", "2").output == "-3\n")
    let all = apus("run", "--invoke", "all", path, "4294967295", "0x10", "1.5", "1e21")
    #expect(all.output == "1000000000000000000000\n1.5\n16\n-1\n")
    #expect(all.status == 0)
    let refs = apus("run", "--invoke", "refs", path)
    #expect(refs.output == "<null externref>\n<funcref>\n<anyref>\n")
  }

  @Test func trapHasBacktraceAndStatus134() throws {
    let path = try file(
      "trap.wat",
      """
      (module (func $inner unreachable) (func (export "_start") call $inner))
      """)
    let child = apus("run", path)
    #expect(child.status == 134)
    #expect(child.output == "")
    #expect(child.errors.hasPrefix("Error: failed to run main module `\(path)`"))
    #expect(child.errors.contains("error while executing at wasm backtrace:"))
    #expect(child.errors.contains("    0:     0x24 - <unknown>!inner\n"))
    #expect(child.errors.contains("wasm trap: wasm `unreachable` instruction executed"))
  }

  @Test func otherErrorsHaveStatus1() throws {
    let path = try file("numbers.wat", numbers)
    #expect(apus("run", "nowhere.wasm").status == 1)
    #expect(apus("run", "--invoke", "none", path).status == 1)
    #expect(apus("run", "--invoke", "div", path, "1").status == 1)
    #expect(apus("run", "--invoke", "div", path, "1", "x").status == 1)
    let unlinkable = try file("import.wat", "(module (import \"a\" \"b\" (func)))")
    #expect(apus("run", unlinkable).status == 1)
    let broken = apus("run", try file("broken.wat", "(module\n  (func i32.ad))"))
    #expect(broken.status == 1)
    #expect(broken.errors.contains("broken.wat:2:9"))
  }

  @Test func wrongCommandLinesHaveStatus2() throws {
    let path = try file("numbers.wat", numbers)
    #expect(apus("run", "-W", "nonsense=1", path).status == 2)
    #expect(apus("run", "-W", "fuel=x", path).status == 2)
    #expect(apus("frobnicate").status == 2)
  }

  @Test func limits() throws {
    let path = try file("numbers.wat", numbers)
    let fuel = apus("run", "-W", "fuel=10000", "--invoke", "loop", path)
    #expect(fuel.status == 134)
    #expect(fuel.errors.contains("wasm trap: all fuel consumed"))
    let timeout = apus("run", "-Wtimeout=20ms", "--invoke", "loop", path)
    #expect(timeout.status == 134)
    #expect(timeout.errors.contains("wasm trap: interrupt"))
    #expect(apus("run", "-Wmax-memory-size=65536", "--invoke", "grow", path).output == "-1\n")
    #expect(apus("run", "--invoke", "grow", path).output == "1\n")
    #expect(apus("run", "-Wmax-memory-size=1", path).status == 1)
    #expect(apus("run", "-Wmax-instances=0", path).status == 1)
  }

  @Test func featuresCanBeSwitchedOff() throws {
    let path = try file(
      "atomic.wat",
      "(module (memory 1 1 shared) (func (export \"\") (drop (i32.atomic.load (i32.const 0)))))")
    #expect(apus("run", path).status == 1)
    #expect(apus("run", "-W", "threads=y", path).status == 0)
    #expect(apus("run", "-W", "all-proposals=y,threads=n", path).status == 1)
    #expect(apus("run", "-W", "help").output.contains("all-proposals[=y|n]"))
  }
}

@Suite struct ConversionTests {
  @Test func parseAndPrintAreInverse() throws {
    let text = try file("convert.wat", numbers)
    let binary = path("convert.wasm")
    let again = path("again.wasm")
    #expect(apus("parse", text, "-o", binary).status == 0)
    let printed = apus("print", binary)
    #expect(printed.status == 0)
    #expect(apus("parse", try file("printed.wat", printed.output), "-o", again).status == 0)
    #expect(try Bytes(contentsOf: binary).array == Bytes(contentsOf: again).array)
    #expect(apus("run", "--invoke", "div", again, "6", "3").output == "2\n")
  }

  @Test func validateNamesThePlace() throws {
    let valid = try file("valid.wat", numbers)
    #expect(apus("validate", valid).status == 0)
    #expect(apus("validate", valid).output == "")
    let invalid = """
      (module
        (global i32 (i32.const 0))
        (func)
        (func
          (drop (i32.add (i32.const 0)
            (i64.const 0)))))
      """
    let refused = apus("validate", try file("invalid.wat", invalid))
    #expect(refused.status == 1)
    #expect(refused.errors.contains("invalid.wat:5:11: type mismatch"))
    let global = apus("validate", try file("global.wat", "(module\n  (global i32 (i64.const 0)))"))
    #expect(global.errors.contains("global.wat:2:3: type mismatch"))
    let binary = path("truncated.wasm")
    try Bytes([0, 0x61, 0x73, 0x6D, 1, 0, 0, 0, 1]).write(to: binary)
    let truncated = apus("validate", binary)
    #expect(truncated.status == 1)
    #expect(truncated.errors.contains("offset 0x9"))
  }
}

@Suite struct WastTests {
  @Test func failuresHaveALineEachAndACountAtTheEnd() throws {
    let path = try file(
      "failing.wast",
      """
      (module (func (export "one") (result i32) i32.const 1))
      (assert_return (invoke "one") (i32.const 1))
      (assert_return (invoke "one") (i32.const 2))
      (assert_trap (invoke "one") "unreachable")
      (frobnicate)
      """)
    let child = apus("wast", path)
    #expect(child.status == 1)
    let lines = child.output.split(separator: "\n")
    #expect(
      lines == [
        "\(path):3: expected (i32.const 2), got (i32.const 1)",
        "\(path):4: expected \"unreachable\", got a return",
        "\(path):5: expected a directive, got the unknown form `frobnicate`",
        "2 passed, 3 failed",
      ])
  }

  @Test func threadsShareMemories() throws {
    let path = try file(
      "threads.wast",
      """
      (module $Mem (memory (export "shared") 1 1 shared))
      (thread $T (shared (module $Mem))
        (register "mem" $Mem)
        (module
          (memory (import "mem" "shared") 1 1 shared)
          (func (export "run") (i32.atomic.store (i32.const 0) (i32.const 42))
            (drop (memory.atomic.notify (i32.const 0) (i32.const 1)))))
        (assert_return (invoke "run")))
      (register "mem" $Mem)
      (module
        (memory (import "mem" "shared") 1 1 shared)
        (func (export "wait") (result i32)
          (drop (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const -1)))
          (i32.atomic.load (i32.const 0))))
      (assert_return (invoke "wait") (i32.const 42))
      (wait $T)
      """)
    let child = apus("wast", path)
    #expect(child.output == "9 passed, 0 failed\n")
    #expect(child.status == 0)
  }
}
