// Commands with WASI in a program: what they get, what they leave, how they end.

import Apus
import ApusWASI
import TestSupport
import Testing

@Suite struct CommandTests {
  // MARK: What they get

  @Test func outputIsCaptured() async throws {
    let (linker, output) = world()
    #expect(try await instance(WASIGuests.hello02, linker).runCommand() == 0)
    #expect(output.text == "hello\n")
  }

  @Test func argumentsAndVariables() async throws {
    let (linker, output) = world {
      $0.arguments = ["list", "ä"]
      $0.environment = [("A", "1"), ("EMPTY", "")]
    }
    #expect(try await instance(WASIGuests.list02, linker).runCommand() == 0)
    #expect(output.text == "list\nä\nA=1\nEMPTY=\n")
  }

  @Test func filesInMemory() async throws {
    let files = try InMemoryFileSystem(files: ["in": "some text"])
    let (linker, _) = world { $0.preopens = [.inMemory(files, as: "/")] }
    #expect(try await instance(WASIGuests.copy02, linker).runCommand() == 0)
    #expect(try files.read("out") == Array("some text".utf8))
  }

  @Test func nothingIsGrantedThatWasNotAskedFor() async throws {
    let (linker, output) = world()
    #expect(try await instance(WASIGuests.list02, linker).runCommand() == 0)
    #expect(output.text == "")
    #expect(try await instance(WASIGuests.copy02, linker).runCommand() == 1)
  }

  @Test func commandsOfWASI3() async throws {
    let (linker, output) = world()
    #expect(try await instance(WASIGuests.ticks03, linker).runCommand() == 0)
    #expect(output.text == "tick\ntick\ntick\n")
  }

  @Test func interfacesOfTheProgramGoFirst() async throws {
    var (linker, output) = world { $0.arguments = ["unused"] }
    linker.function("get-arguments", in: "wasi:cli/environment@0.2.3") { _, _ in
      .list([.string("instead")])
    }
    linker.function("get-environment", in: "wasi:cli/environment@0.2.3") { _, _ in .list([]) }
    #expect(try await instance(WASIGuests.list02, linker).runCommand() == 0)
    #expect(output.text == "instead\n")
  }

  // MARK: Stores

  @Test func storesOfOneLinkerAreApart() async throws {
    let (linker, output) = world { $0.randomness = .seeded(1) }
    var numbers: [UInt64] = []
    for store in [try Store(engine: engine), try Store(engine: engine)] {
      // Another component of the same store goes on where the first was.
      for _ in 0..<2 {
        let random = try await instance(Self.random02, linker, in: store)
        guard case .u64(let number)? = try await random.function("random").call() else { return }
        numbers.append(number)
      }
      #expect(try await instance(WASIGuests.hello02, linker, in: store).runCommand() == 0)
    }
    #expect(numbers.count == 4 && Array(numbers[..<2]) == Array(numbers[2...]))
    #expect(Set(numbers).count == 2)
    #expect(output.text == "hello\nhello\n")
  }

  private static let random02 = """
    (component
      (import "wasi:random/random@0.2.0" (instance $random
        (export "get-random-u64" (func (result u64)))))
      (export "random" (func $random "get-random-u64")))
    """

  @Test func directoriesThatAreNotThere() async throws {
    let (linker, _) = world { $0.preopens = [.directory("/no/such/directory", as: "/")] }
    await #expect {
      _ = try await instance(WASIGuests.hello02, linker)
    } throws: { error in
      guard case InstantiationError.host(let cause as WASIConfigurationError) = error else {
        return false
      }
      return cause.description.contains("/no/such/directory")
    }
  }

  @Test func importsThatNobodyHasAreNamed() async throws {
    let (linker, _) = world()
    let text = """
      (component
        (import "wasi:cli/stdin@0.3.0-rc-2026-03-15" (instance (export "f" (func))))
        (import "wasi:unknown/thing@0.2.0" (instance (export "f" (func)))))
      """
    await #expect {
      _ = try await instance(text, linker)
    } throws: { error in
      guard case InstantiationError.link(let error) = error else { return false }
      return error.problems.map(\.path) == [
        ["wasi:cli/stdin@0.3.0-rc-2026-03-15"], ["wasi:unknown/thing@0.2.0"],
      ]
    }
  }

  @Test func functionsThatAnInterfaceDoesNotHaveAreNamed() async throws {
    let (linker, _) = world()
    let text = """
      (component
        (import "wasi:cli/environment@0.2.0" (instance
          (export "get-arguments" (func (result (list string))))
          (export "get-nothing" (func (result u32)))
          (export "set-arguments" (func (param "to" (list string))))))
        (import "wasi:random/random@0.2.0" (instance (export "roll" (func)))))
      """
    await #expect {
      _ = try await instance(text, linker)
    } throws: { error in
      guard case InstantiationError.link(let error) = error else { return false }
      return error.description == """
        missing import `wasi:cli/environment@0.2.0` `get-nothing`: expected func() -> u32
        missing import `wasi:cli/environment@0.2.0` `set-arguments`: expected \
        func(to: list<string>)
        missing import `wasi:random/random@0.2.0` `roll`: expected func()
        """
    }
  }

  // MARK: How they end

  @Test func exitStatus() async throws {
    let (linker, output) = world()
    #expect(try await instance(WASIGuests.exit02, linker).runCommand() == 3)
    #expect(output.text == "goodbye\n")
  }

  @Test func componentsThatAreNoCommands() async throws {
    await #expect(throws: LookupError.self) {
      try await instance("(component)", Linker()).runCommand()
    }
    let text = """
      (component
        (core module $M (func (export "run") (result i32) (i32.const 0)))
        (core instance $m (instantiate $M))
        (func $run (result u32) (canon lift (core func $m "run")))
        (instance $command (export "run" (func $run)))
        (export "wasi:cli/run@0.2.0" (instance $command)))
      """
    await #expect {
      try await instance(text, Linker()).runCommand()
    } throws: { error in
      guard case CallError.mismatch = error else { return false }
      return true
    }
  }
}
