// How a command that failed reports it: `Error:`, then the causes from the outside in, as `wasmtime run` prints them.

import ComponentRuntime
import WasmExecution
import WasmSyntax

/// The end of a command that did not succeed.
struct CommandFailure: Error {
  /// What failed, then why, then why that.
  var chain: [String]
  var status: Int32 = 1

  init(_ chain: [String], status: Int32 = 1) {
    self.chain = chain
    self.status = status
  }

  /// Nothing more to say: the command has printed what was wrong.
  static let silent = CommandFailure([])

  var report: String {
    guard let first = chain.first else { return "" }
    var text = "Error: \(first)\n"
    let causes = chain.dropFirst()
    if causes.isEmpty { return text }
    text += "\nCaused by:\n"
    for (number, cause) in causes.enumerated() {
      let label = causes.count > 1 ? "\(number): " : ""
      text += "    \(label)\(cause)\n"
    }
    return text
  }
}

extension CommandFailure {
  /// A module or component that was refused.
  init(loading path: String, _ error: ModuleError) {
    switch error.position {
    case .line(let line, let column):
      self.init(["\(path):\(line):\(column): \(error.message)"])
    case .offset:
      self.init(["failed to load `\(path)`", error.description])
    }
  }

  /// A guest computation that did not return.
  init(running path: String, _ context: String, _ error: InvocationError) {
    var chain = ["failed to run main module `\(path)`", context]
    var status: Int32 = 1
    switch error {
    case .trap(let trap):
      if !trap.backtrace.isEmpty { chain.append(Self.backtrace(trap)) }
      chain.append(trap.description)
      status = 134
    case .exception:
      chain.append("thrown Wasm exception")
    case .host, .mismatch, .wouldBlock:
      chain.append(error.description)
    }
    self.init(chain, status: status)
  }

  /// A component that was not instantiated, or a call that did not return.
  init(running path: String, _ context: String, _ failure: ComponentFailure) {
    var chain = ["failed to run main module `\(path)`", context]
    if let trap = failure.trap {
      if !trap.backtrace.isEmpty { chain.append(Self.backtrace(trap)) }
      chain.append(trap.description)
      self.init(chain, status: 134)
      return
    }
    if case .host(_, let backtrace) = failure, !backtrace.isEmpty {
      chain.append(Self.backtrace(Trap(.hostError, backtrace: backtrace)))
    }
    chain.append(failure.description)
    self.init(chain)
  }

  /// A line for every frame, innermost first: its number, the instruction's offset, module and function.
  private static func backtrace(_ trap: Trap) -> String {
    var text = "error while executing at wasm backtrace:"
    for (number, frame) in trap.backtrace.enumerated() {
      let offset = frame.offset.map { "0x" + String($0, radix: 16) } ?? ""
      let function = frame.function ?? "<wasm function \(frame.functionIndex)>"
      text += "\n\(pad("\(number)", to: 5)): \(pad(offset, to: 8))"
      text += " - \(frame.module ?? "<unknown>")!\(function)"
    }
    if trap.omittedFrames > 0 { text += "\n    ... \(trap.omittedFrames) more" }
    return text
  }

  private static func pad(_ text: String, to width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.utf8.count)) + text
  }
}
