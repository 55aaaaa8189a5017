// Running a component: links what it imports, makes one call, and waits for its result on the main thread.

import ComponentRuntime
import WASI
import WasmExecution
import WasmSyntax
import WasmValidation

struct ComponentRun {
  let path: String
  let component: LoadedComponent
  let options: WasmOptions
  let guest: GuestOptions
  /// The program's.
  let arguments: [String]

  /// Makes the call that `text` is and prints its result; without one, runs the component as a command.
  func run(invoking text: String?) throws {
    let mode = try options.scheduleMode()
    let written = try text.map(call(written:))
    let store = try makeStore(mode)
    let host = try CommandHost(guest, file: path, arguments: arguments, store)
    if let missing = host.missingImport(of: component) { throw failure(missing) }
    let call = try written ?? command()
    let result: ComponentValue?
    do {
      defer { host.finish() }
      result = try make(call, in: store, host)
    } catch {
      // What was chosen on the way to a trap is of interest too.
      do { try options.record(store.scheduleTrace) } catch let error as CommandFailure {
        StandardStream.error.write(error.report)
      }
      throw error
    }
    try options.record(store.scheduleTrace)
    if text == nil {
      if case .result(.error)? = result { throw CommandFailure.silent }
    } else {
      StandardStream.output.write((result.map(WavePrinter.text) ?? "()") + "\n")
    }
  }

  private func failure(_ causes: [String]) -> CommandFailure {
    CommandFailure(["failed to run main module `\(path)`"] + causes)
  }

  // MARK: What to call

  /// A function that the component exports, and its arguments.
  private struct Call {
    let function: ExportedFunction
    var arguments: [ComponentValue] = []
    /// What to say if it fails.
    let context: String
  }

  private func call(written text: String) throws -> Call {
    do {
      let call = try WaveCall(text)
      let function = try component.exportedFunction(named: call.name).get()
      let parameters = component.types[function.type].type.parameters
      return Call(
        function: function, arguments: try call.arguments(parameters, in: component.types),
        context: "failed to invoke `\(function.name)`")
    } catch let error as ExportedFunctionError {
      throw failure([error.description])
    } catch let error as WaveError {
      throw failure(["while interpreting parameters in invoke \"\(text)\"", error.description])
    }
  }

  /// The function `run` of `wasi:cli/run`.
  private func command() throws -> Call {
    let isCommand = { (function: ExportedFunction) in
      function.path.count == 2 && function.path[1] == "run"
        && InterfaceName(function.path[0])?.isRun == true
    }
    guard let function = component.exportedFunctions.first(where: isCommand) else {
      throw failure([
        "no exported instance named `wasi:cli/run@0.2` or `wasi:cli/run@0.3` with a func `run`; "
          + "other functions are called with --invoke"
      ])
    }
    let type = component.types[function.type].type
    guard type.parameters.isEmpty, let result = type.result,
      case .result = component.types[result].shape
    else { throw failure(["the func `\(function.name)` is not of type func() -> result"]) }
    return Call(function: function, context: "failed to invoke `run` function")
  }

  // MARK: Calling

  private func makeStore(_ mode: SchedulePolicy.Mode) throws -> ComponentStore {
    do throws(ComponentFailure) {
      return try ComponentStore(
        engine: component.engine, concurrency: options.concurrencySupport,
        policy: SchedulePolicy(mode, records: options.recordedSchedulePath != nil))
    } catch {
      throw failure([error.description])
    }
  }

  private func make(
    _ call: Call, in store: ComponentStore, _ host: CommandHost
  ) throws -> ComponentValue? {
    let wait = { () throws(ComponentFailure) in try store.waitBlocking() }
    let instance: RootInstance
    do throws(ComponentFailure) {
      let instantiation = ComponentInstantiation(component, in: store) { host.item(named: $0) }
      instance = try instantiation.run(waiting: wait)
    } catch {
      throw CommandFailure(running: path, "failed to instantiate \"\(path)\"", error)
    }
    guard let function = instance.exports.function(at: call.function.path) else {
      throw failure(["no exported func named `\(call.function.name)` in component"])
    }
    let invocation = DynamicInvocation(function, call.arguments)
    do throws(ValueMismatch) {
      try invocation.check(store.state)
    } catch {
      throw failure([call.context, error.description])
    }
    do throws(ComponentFailure) {
      try store.invoke(invocation, waiting: wait)
    } catch {
      throw CommandFailure(running: path, call.context, error)
    }
    return invocation.result
  }
}
