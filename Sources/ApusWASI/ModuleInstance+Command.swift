// Running core modules that are commands of WASI 0.1.

import Apus
import WASI

extension ModuleInstance {
  /// Runs a command of WASI 0.1: calls its `_start`.
  ///
  /// A module without `_start` that exports `_initialize` is a *reactor*: call that function once, and then its others.
  ///
  /// - Parameter timeout: How long it may take; nil for no limit. A guest whose time is up is stopped, whether it computes
  ///   or waits. See `CallError.timedOut`.
  /// - Returns: The exit status: what the guest gave to `proc_exit`, or 0 if `_start` has returned.
  /// - Throws: `LookupError` if the module is no command; `CallError` if `_start` did not come to its end.
  @discardableResult
  public func runCommand(timeout: Duration? = nil) async throws -> Int32 {
    let start = try function("_start")
    guard start.type.parameters.isEmpty, start.type.results.isEmpty else {
      throw CallError.mismatch("`_start` is not a function without parameters and results")
    }
    do throws(CallError) {
      _ = try await start.call(timeout: timeout)
      return 0
    } catch .host(let exit as WASIExit, backtrace: _) {
      return Int32(truncatingIfNeeded: exit.code)
    }
  }
}
