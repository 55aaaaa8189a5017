// How a command that failed reports it: `Error:`, then the causes from the outside in, as `wasmtime run` prints them.

import ComponentRuntime
import WASI
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
      if !trap.backtrace.isEmpty {
        chain.append(Self.backtrace(trap.backtrace, omitted: trap.omittedFrames))
      }
      chain.append(trap.description)
      status = 134
    case .exception:
      chain.append("thrown Wasm exception")
    case .host(let error as WASIExit, backtrace: _) where error.code < 126:
      self.init([], status: Int32(error.code))
      return
    case .host(let error, let frames):
      if !frames.isEmpty { chain.append(Self.backtrace(frames)) }
      // Above are the statuses with which shells and signals say something of their own.
      chain.append(
        error is WASIExit ? "exit with invalid exit status outside of [0..126)" : "\(error)")
    case .mismatch, .wouldBlock:
      chain.append(error.description)
    }
    self.init(chain, status: status)
  }

  /// A component that was not instantiated, or a call that did not return.
  init(running path: String, _ context: String, _ failure: ComponentFailure) {
    if let trap = failure.trap {
      self.init(running: path, context, InvocationError.trap(trap))
    } else if case .host(let error, let backtrace) = failure {
      self.init(running: path, context, InvocationError.host(error, backtrace: backtrace))
    } else {
      self.init(["failed to run main module `\(path)`", context, failure.description])
    }
  }

  /// A line for every frame, innermost first: its number, the instruction's offset, module and function.
  private static func backtrace(_ frames: [BacktraceFrame], omitted: Int = 0) -> String {
    var text = "error while executing at wasm backtrace:"
    for (number, frame) in frames.enumerated() {
      let offset = frame.offset.map { "0x" + String($0, radix: 16) } ?? ""
      let function = frame.function ?? "<wasm function \(frame.functionIndex)>"
      text += "\n\(pad("\(number)", to: 5)): \(pad(offset, to: 8))"
      text += " - \(frame.module ?? "<unknown>")!\(function)"
    }
    if omitted > 0 { text += "\n    ... \(omitted) more" }
    return text
  }

  private static func pad(_ text: String, to width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.utf8.count)) + text
  }
}
