// Running commands: components that export `wasi:cli/run`.

import Apus
import WASI

extension Instance {
  /// Runs a command: calls `run` of the `wasi:cli/run` that the component exports, of WASI 0.2 or 0.3.
  ///
  /// When it returns or throws, what guests of the store have written to standard output and error is written, except after
  /// a cancellation or timeout, when that is not waited for. A guest that has called `exit` cannot be entered again, nor
  /// can others of its instance; one whose `run` has returned can.
  ///
  /// - Parameter timeout: How long it may take; nil for no limit. See `CallError.timedOut`.
  /// - Returns: The exit status: 0 if `run` was successful, 1 if not, or what the guest gave to `exit` of `wasi:cli/exit`:
  ///   0 and 1, and with `exit-with-code` 0 to 255.
  /// - Throws: `LookupError` if the component is no command; `CallError` if `run` did not come to its end.
  @discardableResult
  public func runCommand(timeout: Duration? = nil) async throws -> Int32 {
    let run = try commandFunction()
    let outcome: Result<ComponentValue?, CallError>
    do throws(CallError) {
      outcome = .success(try await run.call(timeout: timeout))
    } catch {
      outcome = .failure(error)
    }
    if case .failure(.timedOut) = outcome {
      await store.writeOutput(waits: false)
    } else {
      await store.writeOutput(waits: true)
    }
    switch outcome {
    case .success(.ok?): return 0
    case .success: return 1
    case .failure(.host(let exit as WASIExit, backtrace: _)):
      return Int32(truncatingIfNeeded: exit.code)
    case .failure(let error): throw error
    }
  }

  private func commandFunction() throws -> Function {
    let name = exports.first { InterfaceName($0.name)?.isRun == true }?.name
    let run = try function((name ?? "wasi:cli/run@0.3.0") + "#run")
    guard run.type.parameters.isEmpty, case .result? = run.type.result else {
      throw CallError.mismatch("`\(run.name)` is not of type func() -> result")
    }
    return run
  }
}

extension Store {
  /// Writes what guests have given to standard output and error.
  ///
  /// - Parameter waits: Whether also what is not taken at once.
  fileprivate func writeOutput(waits: Bool) async {
    for case let host as WASIHost in importHosts {
      while let readiness = host.pendingOutput(), waits, !Task.isCancelled {
        await readiness.wait()
      }
    }
  }
}
