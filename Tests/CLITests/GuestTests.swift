// `apus run` on programs of WASI 0.1: what they are given, and how they end.

import TestSupport
import Testing

private let programs =
  #filePath.split(separator: "/").dropLast(2).reduce("") { "\($0)/\($1)" } + "/Programs"
private let apus = "\(ChildProcess.buildFolder)/apus"

/// Runs a command line of the shell in which `apus` and `$P` stand for the command and the programs' folder.
private func shell(_ command: String) -> ChildProcess {
  ChildProcess.run(
    path: "/bin/sh", ["-c", "P='\(programs)'; apus() { '\(apus)' \"$@\"; }; \(command)"])
}

@Suite struct GuestTests {
  @Test func standardStreamsArgumentsAndEnvironment() {
    let sorted = shell("printf 'b\\nc\\na' | apus run --env 'PREFIX=> ' $P/sort.wasm -r")
    #expect(sorted.output == "> 1 c\n> 2 b\n> 3 a\n")
    #expect(sorted.status == 0)
    let nothing = shell("apus run $P/sort.wasm < /dev/null")
    #expect(nothing.status == 1)
    #expect(nothing.errors == "sort.wasm: no lines\n")
    #expect(shell("apus run --argv0 x $P/sort.wasm < /dev/null").errors == "x: no lines\n")
    #expect(shell("echo a | PREFIX=: apus run $P/sort.wasm").output == "1 a\n")
    #expect(shell("echo a | PREFIX=: apus run --env PREFIX $P/sort.wasm").output == ":1 a\n")
    #expect(shell("echo a | PREFIX=: apus run -Sinherit-env $P/sort.wasm").output == ":1 a\n")
    #expect(shell("echo a | apus run -S inherit-stdout=n $P/sort.wasm").output == "")
    #expect(shell("echo a | apus run -S inherit-stdin=n $P/sort.wasm").status == 1)
  }

  /// What is not UTF-8 is refused, not replaced: a guest would take it for another name.
  @Test func textThatIsNotUTF8() {
    let argument = shell("apus run $P/sort.wasm $(printf 'a\\377b') < /dev/null")
    #expect(argument.status == 1)
    #expect(argument.errors == #"Error: failed to convert "a\xFFb" to utf-8"# + "\n")
    let variable = shell("A=$(printf 'x\\377') apus run --env A $P/sort.wasm < /dev/null")
    #expect(variable.status == 1)
    #expect(variable.errors == "Error: environment variable `A` not valid utf-8\n")
    let inherited = shell("A=$(printf 'x\\377') apus run -S inherit-env $P/sort.wasm < /dev/null")
    #expect(inherited.status == 1)
    #expect(inherited.errors == #"Error: environment variable "A=x\xFF" not valid utf-8"# + "\n")
    // Nobody asked for it.
    #expect(shell("echo a | A=$(printf '\\377') apus run $P/sort.wasm").output == "1 a\n")
  }

  /// What a program opens must not become a standard stream that is closed: the next line of output would go into it.
  @Test func closedStandardStreams() throws {
    let made = "D=$(mktemp -d); echo in > $D/file; "
    let cleaned = "; status=$?; cat $D/file; rm -r $D; exit $status"
    let walked = shell("\(made) apus run --dir $D::/data $P/tree.wasm /data <&- >&- 2>&-\(cleaned)")
    #expect(walked.status == 0)
    #expect(walked.output == "in\n")
    let sorted = shell("apus run $P/sort.wasm <&-")
    #expect(sorted.status == 1)
    #expect(sorted.errors == "sort.wasm: no lines\n")
    #expect(shell("echo a | apus run $P/sort.wasm >&-").status == 0)
  }

  @Test func librariesAreInitialized() throws {
    let path = try CommandTest.file(
      "library.wat",
      """
      (module (global $g (mut i32) (i32.const 0))
        (func (export "_initialize") (global.set $g (i32.const 42)))
        (func (export "get") (result i32) (global.get $g)))
      """)
    #expect(CommandTest.apus("run", "--invoke", "get", path).output == "42\n")
    let failing = try CommandTest.file(
      "failing.wat", #"(module (func (export "_initialize") unreachable))"#)
    #expect(CommandTest.apus("run", failing).status == 134)
  }

  @Test func exitStatus() {
    #expect(shell("apus run $P/clocks.wasm").status == 42)
    #expect(shell("apus run $P/tree.wasm").status == 3)
    let exit = { (status: Int) in
      shell(
        """
        printf '%s' '(module (import "wasi_snapshot_preview1" "proc_exit" (func (param i32)))
          (memory (export "memory") 1)
          (func (export "_start") (call 0 (i32.const \(status)))))' > $$.wat
        apus run $$.wat; status=$?; rm $$.wat; exit $status
        """)
    }
    #expect(exit(0).status == 0)
    #expect(exit(125).status == 125)
    #expect(exit(126).status == 1)
    #expect(exit(126).errors.contains("exit with invalid exit status outside of [0..126)"))
  }

  @Test func directories() {
    let made = "D=$(mktemp -d); mkdir $D/in; echo secret > $D/out; ln -s ../out $D/in/up; "
    let cleaned = "; status=$?; rm -r $D; exit $status"
    let walked = shell("\(made) apus run --dir $D/in::/data $P/tree.wasm /data\(cleaned)")
    #expect(walked.status == 0)
    #expect(walked.output.hasPrefix("/data\n  up -> ../out (6, broken)\nmkdir: ok\n"))
    let denied = shell("\(made) apus run $P/tree.wasm $D/in\(cleaned)")
    #expect(denied.output.contains("  ! "))
    #expect(denied.output.contains("chdir: "))
    let missing = shell("apus run --dir /nowhere/at/all $P/tree.wasm")
    #expect(missing.status == 1)
    #expect(missing.errors.contains("No such file or directory (os error 2)"))
  }

  @Test func wasiOptions() {
    #expect(shell("apus run -S cli -Sp3=y,tcp=n $P/tree.wasm").status == 3)
    let off = shell("apus run -S cli=n $P/tree.wasm")
    #expect(off.status == 1)
    #expect(off.errors.contains("unknown import wasi_snapshot_preview1."))
    #expect(shell("apus run -S cli-exit-with-code,preview2=y $P/tree.wasm").status == 3)
    #expect(shell("apus run -S preview2=n $P/tree.wasm").status == 2)
    #expect(shell("apus run -S http $P/tree.wasm").status == 2)
    #expect(shell("apus run -S http=n $P/tree.wasm").status == 3)
    let unknown = shell("apus run -S nonsense $P/tree.wasm")
    #expect(unknown.status == 2)
    #expect(unknown.errors.hasPrefix("Error: unknown -S / --wasi option: nonsense (see -S help)\n"))
    #expect(unknown.errors.contains("Usage: apus run "))
    #expect(shell("apus run -S cli=maybe $P/tree.wasm").errors.contains("Usage: apus run "))
    #expect(shell("apus run -S help").output.contains("inherit-network[=y|n]"))
  }

  @Test func emptyFiles() throws {
    let path = try CommandTest.file("empty.wasm", "")
    for command in ["run", "validate", "parse", "print"] {
      let child = CommandTest.apus(command, path)
      #expect(child.status == 1, "\(command)")
      #expect(child.errors.contains("the file is empty"), "\(command)")
    }
  }

  @Test func timeoutsEndSleeps() {
    let slept = shell(
      """
      printf '%s' '(module (import "wasi_snapshot_preview1" "poll_oneoff"
          (func (param i32 i32 i32 i32) (result i32)))
        (memory (export "memory") 1)
        (data (i32.const 16) "\\01") (data (i32.const 30) "\\ff")
        (func (export "_start")
          (drop (call 0 (i32.const 0) (i32.const 64) (i32.const 1) (i32.const 128)))))' > $$.wat
      apus run -W timeout=50ms $$.wat; status=$?; rm $$.wat; exit $status
      """)
    #expect(slept.status == 134)
    #expect(slept.errors.contains("wasm trap: interrupt"))
  }

  /// A reader that goes away is the guest's error, not the end of the process.
  @Test func brokenPipe() {
    let broken = shell(
      "yes 2>&- | head -100000 | { apus run $P/sort.wasm; echo $? >&2; } | head -1")
    #expect(broken.output == "1 y\n")
    #expect(broken.errors == "0\n")
  }
}
