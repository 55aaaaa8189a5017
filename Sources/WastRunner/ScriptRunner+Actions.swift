// Actions: calling an exported function, reading an exported global.

import ComponentRuntime
import WasmExecution
import WasmSyntax
import WasmText

/// Why an action gave no values, or a module no instance.
enum ActionFailure: Error, CustomStringConvertible {
  case invocation(InvocationError)
  case component(ComponentFailure)
  case unlinkable(String)
  /// The script itself is wrong: no such instance or export, or arguments that cannot be made.
  case script(String)

  var description: String {
    switch self {
    case .invocation(let error): error.description
    case .component(let failure): failure.description
    case .unlinkable(let message): "unlinkable: \(message)"
    case .script(let message): message
    }
  }
}

extension ActionFailure {
  /// The trap that the action ended with, if it did.
  var trap: Trap? {
    switch self {
    case .invocation(.trap(let trap)): trap
    case .component(let failure): failure.trap
    case .invocation, .unlinkable, .script: nil
    }
  }
}

extension ScriptRunner {
  func perform(_ action: Action) throws(ActionFailure) -> [Value] {
    switch action {
    case .invoke(let instance, let name, let arguments):
      guard case .function(let function)? = try export(name, of: instance) else {
        throw .script("no exported function \"\(name)\"")
      }
      var values: [Value] = []
      for argument in arguments { values.append(try value(of: argument)) }
      do throws(InvocationError) {
        return try store.invoke(function, values)
      } catch {
        throw .invocation(error)
      }
    case .get(let instance, let name):
      guard case .global(let global)? = try export(name, of: instance) else {
        throw .script("no exported global \"\(name)\"")
      }
      return [global.value]
    }
  }

  private func export(
    _ name: String, of instance: String?
  ) throws(ActionFailure) -> ExternValue? {
    do throws(DirectiveFailure) {
      return try namespace(instance)[name]
    } catch {
      throw .script("no instance\(instance.map { " named \($0)" } ?? "")")
    }
  }

  private func value(of argument: ScriptValue) throws(ActionFailure) -> Value {
    switch argument {
    case .i32(let bits): return .i32(bits)
    case .i64(let bits): return .i64(bits)
    case .f32(let bits): return .f32(bits: bits)
    case .f64(let bits): return .f64(bits: bits)
    case .v128(let low, let high): return .v128(V128(low: low, high: high))
    case .refNull: return .ref(.null)
    case .refExtern(let number), .refHost(let number):
      guard let reference = store.makeExternal(.number(UInt64(number))) else {
        throw .script("no room for a host reference")
      }
      return .ref(reference)
    case .component: throw .script("an argument of a component's type for a core function")
    }
  }
}
