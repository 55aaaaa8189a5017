// wasi:cli/environment, exit and terminal-*: the same in both versions.

import ComponentRuntime

/// wasi:cli/environment
struct EnvironmentInterface {
  private let world: ComponentWorld

  init(_ world: ComponentWorld) { self.world = world }

  func item(_ name: String) -> ImportItem? {
    let context = world.context
    return switch name {
    case "get-environment":
      world.function([], .list(.tuple([.string, .string]))) { _ in
        .list(context.environment.map { .tuple([.string($0.name), .string($0.value)]) })
      }
    case "get-arguments":
      world.function([], .list(.string)) { _ in .list(context.arguments.map { .string($0) }) }
    case "initial-cwd", "get-initial-cwd":
      world.function([], .option(.string)) { _ in
        .option(context.initialDirectory.map { .string($0) })
      }
    default: nil
    }
  }
}

/// wasi:cli/exit
struct ExitInterface {
  private let world: ComponentWorld

  init(_ world: ComponentWorld) { self.world = world }

  func item(_ name: String) -> ImportItem? {
    switch name {
    case "exit":
      world.function([.result(nil, error: nil)]) { arguments in
        throw WASIExit(code: try arguments.isOK(0) ? 0 : 1)
      }
    case "exit-with-code":
      world.function([.u8]) { arguments in throw WASIExit(code: UInt32(try arguments.u8(0))) }
    default: nil
    }
  }
}

/// wasi:cli/terminal-input, terminal-output, terminal-stdin, terminal-stdout and terminal-stderr. Nothing can be done
/// with a terminal but to know that it is one.
struct Terminals {
  private struct Terminal {}
  private let world: ComponentWorld
  private let inputs: ResourceTable<Terminal>
  private let outputs: ResourceTable<Terminal>

  init(_ world: ComponentWorld) throws(ComponentFailure) {
    self.world = world
    inputs = try ResourceTable("terminal-input", world)
    outputs = try ResourceTable("terminal-output", world)
  }

  func interface(_ path: String) -> Interface? {
    let context = world.context
    return switch path {
    case "cli/terminal-input": { name in name == "terminal-input" ? inputs.item : nil }
    case "cli/terminal-output": { name in name == "terminal-output" ? outputs.item : nil }
    case "cli/terminal-stdin":
      { item($0, "terminal-input", "get-terminal-stdin", inputs, context.standardInput.isTerminal) }
    case "cli/terminal-stdout":
      {
        item(
          $0, "terminal-output", "get-terminal-stdout", outputs, context.standardOutput.isTerminal)
      }
    case "cli/terminal-stderr":
      {
        item(
          $0, "terminal-output", "get-terminal-stderr", outputs, context.standardError.isTerminal)
      }
    default: nil
    }
  }

  private func item(
    _ name: String, _ resource: String, _ getter: String, _ table: ResourceTable<Terminal>,
    _ isTerminal: Bool
  ) -> ImportItem? {
    switch name {
    case resource: table.item
    case getter:
      world.function([], .option(.own)) { _ in
        .option(isTerminal ? try table.own(Terminal()) : nil)
      }
    default: nil
    }
  }
}
