// What a module did, in a form that two runs of it can be compared by: results, traps, fuel, exported state.

import WasmExecution
import WasmSyntax

struct ExecutionTrace: Equatable, CustomStringConvertible {
  /// Whether guest code ran.
  var executed = false
  private(set) var wasInterrupted = false
  private var events: [String] = []

  var description: String { events.joined(separator: "; ") }

  /// Calls a function and notes what comes back, and the fuel that is left.
  mutating func record(_ store: CoreStore, _ function: CoreFunction, _ arguments: [Value]) {
    do throws(InvocationError) {
      let values = try store.invoke(function, arguments)
      events.append(values.map { Self.describe($0, store) }.joined(separator: " "))
    } catch {
      add(error)
    }
    events.append("fuel \(store.fuel ?? 0)")
  }

  /// Notes exported globals and memories.
  mutating func record(_ store: CoreStore, _ instance: CoreInstance) {
    for (name, value) in instance.exports {
      switch value {
      case .global(let global): events.append("\(name) = \(Self.describe(global.value, store))")
      case .memory(let memory) where memory.byteCount <= 1 << 20:
        events.append("\(name): \(memory.byteCount) bytes, \(Self.hash(memory.bytes))")
      case .memory, .function, .table, .tag: break
      }
    }
  }

  mutating func add(_ error: InstantiationError) {
    switch error {
    case .invocation(let error): add(error)
    case .unlinkable, .limit: events.append(error.description)
    }
  }

  private mutating func add(_ error: InvocationError) {
    if case .trap(let trap) = error, trap.reason == .deadline { wasInterrupted = true }
    events.append(error.description)
  }

  private static func describe(_ value: Value, _ store: CoreStore) -> String {
    switch value {
    case .i32(let bits), .f32(let bits): "\(bits)"
    case .i64(let bits), .f64(let bits): "\(bits)"
    case .v128(let vector): "\(vector.low):\(vector.high)"
    case .ref(let reference):
      switch store.kind(of: reference) {
      case .null: "null"
      case .i31(let number): "i31 \(number)"
      case .function: "function"
      case .structure: "structure"
      case .array(let length): "array of \(length)"
      case .exception: "exception"
      case .host: "host"
      }
    }
  }

  /// FNV-1a.
  private static func hash(_ bytes: UnsafeMutableRawBufferPointer) -> UInt64 {
    bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
  }
}
