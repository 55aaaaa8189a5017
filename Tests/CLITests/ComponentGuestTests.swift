// `apus run` on components of WASI 0.2 and 0.3: what they are given, and how they end.

import TestSupport
import Testing
import WasmSyntax

private let package = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")

/// A line of the shell in which `apus` and `$F` stand for the command and a file with this text.
private func shell(_ command: String, _ text: String? = nil) throws -> ChildProcess {
  let file = try text.map { try CommandTest.file("guest.wat", $0) } ?? ""
  let apus = "\(ChildProcess.buildFolder)/apus"
  return ChildProcess.run(
    path: "/bin/sh", ["-c", "F='\(file)'; apus() { '\(apus)' \"$@\"; }; \(command)"])
}

/// A command whose `run` is this, with `exit` and `exit-with-code` to call.
private func command(_ body: String, _ version: String = "0.2.0") -> String {
  """
  (component
    (import "wasi:cli/exit@\(version)" (instance $exit
      (export "exit" (func (param "status" (result))))
      (export "exit-with-code" (func (param "status-code" u8)))))
    (core func $exit (canon lower (func $exit "exit")))
    (core func $exit-with-code (canon lower (func $exit "exit-with-code")))
    (core module $m
      (import "" "exit" (func $exit (param i32)))
      (import "" "exit-with-code" (func $exit-with-code (param i32)))
      (func (export "run") (result i32) \(body)))
    (core instance $i (instantiate $m (with "" (instance
      (export "exit" (func $exit)) (export "exit-with-code" (func $exit-with-code))))))
    (func $run \(version.hasPrefix("0.3") ? "async" : "") (result (result))
      (canon lift (core func $i "run")))
    (instance $run (export "run" (func $run)))
    (export "wasi:cli/run@\(version)" (instance $run)))
  """
}

@Suite struct ComponentGuestTests {
  @Test func example() throws {
    let child = try shell("apus run \(package)/Examples/mandelbrot.wat")
    #expect(child.status == 0 && child.errors == "")
    let lines = child.output.split(separator: "\n")
    #expect(lines.count == 24)
    #expect(lines.allSatisfy { $0.utf8.count == 72 })
    #expect(lines[11] == " .....,....,,,,,:!#############################################,........")
    #expect(lines == lines.reversed())
  }

  @Test(arguments: ["0.2.0", "0.3.0"]) func exitStatus(version: String) throws {
    let endings = [
      ("(i32.const 0)", 0), ("(i32.const 1)", 1), ("(call $exit (i32.const 0)) (i32.const 1)", 0),
      ("(call $exit (i32.const 1)) (i32.const 0)", 1),
      ("(call $exit-with-code (i32.const 42)) (i32.const 0)", 42), ("(unreachable)", 134),
    ]
    for (body, status) in endings {
      let child = try shell("apus run $F", command(body, version))
      #expect(child.status == Int32(status), "\(body)")
      #expect(child.errors.isEmpty == (status != 134), "\(child.errors)")
    }
    let invalid = try shell(
      "apus run $F", command("(call $exit-with-code (i32.const 200)) (i32.const 0)", version))
    #expect(invalid.status == 1)
    #expect(invalid.errors.contains("exit with invalid exit status outside of [0..126)"))
  }

  @Test func whatIsNotGrantedIsMissing() throws {
    for (option, version) in [("-S cli=n", "0.2.0"), ("-Scli=n", "0.3.0"), ("-S p3=n", "0.3.0")] {
      let child = try shell("apus run \(option) $F", command("(i32.const 0)", version))
      #expect(child.status == 1)
      #expect(child.errors.contains("component imports instance `wasi:cli/exit@\(version)`"))
    }
    #expect(try shell("apus run -S cli,p3 $F", command("(i32.const 0)", "0.3.0")).status == 0)
  }

  @Test func aReaderThatHasGone() throws {
    let child = try shell(
      "{ apus run \(package)/Examples/mandelbrot.wat; echo status $? >&2; } | true")
    // Nobody is told by a signal; whether the pipe is closed before the last line is written is a race.
    #expect(["status 0\n", "status 1\n"].contains(child.errors))
  }

  /// A program of 20 MB made from Python, if it is there; `expected` was recorded from wasmtime.
  @Test(.enabled(if: Real.isThere)) func python() throws {
    let folder = CommandTest.path("real")
    let child = try shell(
      """
      mkdir \(folder) && cd \(folder) && echo hello hello world > a.txt
      echo "the cat the dog" |
        apus run --dir . --env GREETING=hi \(Real.folder)/report-p2.wasm a.txt nope.txt
      status=$?; diff report.json \(Real.folder)/expected/report.json && exit $status
      """)
    #expect(child.status == 1)
    #expect(child.output == Real.expected("stdout.txt"))
    #expect(child.errors == Real.expected("stderr.txt"))
    let ticker = try shell("apus run \(Real.folder)/ticker-p3.wasm")
    #expect(ticker.output == Real.expected("ticker_stdout.txt"))
    #expect(ticker.status == 0)
  }
}

/// Programs that are too large to lie in the package.
private enum Real {
  static let folder = "\(Suites.root)/../real"
  static let isThere = (try? Bytes(contentsOf: "\(folder)/expected/run.md")) != nil

  static func expected(_ name: String) -> String? {
    (try? Bytes(contentsOf: "\(folder)/expected/\(name)")).map {
      String(decoding: $0.array, as: UTF8.self)
    }
  }
}
