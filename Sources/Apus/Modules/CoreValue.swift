// Values and types of core WebAssembly as programs write and read them.

import WasmExecution
import WasmSyntax

/// A value of a core module (Execution, Runtime Structure, Values).
public enum CoreValue: Sendable, Equatable {
  /// 32 bits, which instructions take as signed or not.
  case i32(Int32)
  /// 64 bits, which instructions take as signed or not.
  case i64(Int64)
  /// Single precision; NaNs keep their bits.
  case f32(Float)
  /// Double precision; NaNs keep their bits.
  case f64(Double)
  /// 128 bits, the low half first in memory.
  case v128(low: UInt64, high: UInt64)
  /// A reference of any type.
  case reference(CoreReference)
}

/// A reference that a module has passed, to be passed on; it keeps what it is to alive (Execution, Runtime Structure, Values).
public struct CoreReference: Sendable, Equatable {
  let reference: Reference

  /// No reference, of whichever type.
  public static let null = CoreReference(reference: .null)

  /// Whether it refers to nothing.
  public var isNull: Bool { reference.isNull }

  /// Whether both refer to the same thing.
  public static func == (a: CoreReference, b: CoreReference) -> Bool {
    a.reference.isSame(as: b.reference)
  }
}

/// The type of a core module's value (Structure, Types, Value Types).
public enum CoreType: Sendable, Hashable, CustomStringConvertible {
  /// A 32-bit integer.
  case i32
  /// A 64-bit integer.
  case i64
  /// A float of single precision.
  case f32
  /// A float of double precision.
  case f64
  /// A vector of 128 bits.
  case v128
  /// A reference to a function, or null.
  case funcref
  /// A reference to something of the host's, or null.
  case externref
  /// Any other type of references. Values of it can be passed on; functions of the host cannot have it.
  case otherReference

  /// The type as the text format writes it.
  public var description: String {
    switch self {
    case .i32: "i32"
    case .i64: "i64"
    case .f32: "f32"
    case .f64: "f64"
    case .v128: "v128"
    case .funcref: "funcref"
    case .externref: "externref"
    case .otherReference: "(ref ...)"
    }
  }
}

/// The type of a core function (Structure, Types, Function Types).
public struct CoreFunctionType: Sendable, Hashable, CustomStringConvertible {
  /// The types of the arguments, in order.
  public var parameters: [CoreType]
  /// The types of the results, in order.
  public var results: [CoreType]

  /// A type with these parameters and results.
  public init(parameters: [CoreType] = [], results: [CoreType] = []) {
    self.parameters = parameters
    self.results = results
  }

  /// The type as messages write it.
  public var description: String {
    func list(_ types: [CoreType]) -> String { types.map(\.description).joined(separator: " ") }
    return "[\(list(parameters))] -> [\(list(results))]"
  }
}

// MARK: - Conversions

extension CoreValue {
  init(_ value: Value) {
    self =
      switch value {
      case .i32(let bits): .i32(Int32(bitPattern: bits))
      case .i64(let bits): .i64(Int64(bitPattern: bits))
      case .f32(let bits): .f32(Float(bitPattern: bits))
      case .f64(let bits): .f64(Double(bitPattern: bits))
      case .v128(let vector): .v128(low: vector.low, high: vector.high)
      case .ref(let reference): .reference(CoreReference(reference: reference))
      }
  }

  var value: Value {
    switch self {
    case .i32(let value): .i32(UInt32(bitPattern: value))
    case .i64(let value): .i64(UInt64(bitPattern: value))
    case .f32(let value): .f32(value)
    case .f64(let value): .f64(value)
    case .v128(let low, let high): .v128(V128(low: low, high: high))
    case .reference(let reference): .ref(reference.reference)
    }
  }
}

extension CoreType {
  init(_ type: WasmSyntax.ValueType) {
    self =
      switch type {
      case .i32: .i32
      case .i64: .i64
      case .f32: .f32
      case .f64: .f64
      case .v128: .v128
      case .funcref: .funcref
      case .externref: .externref
      default: .otherReference
      }
  }

  /// nil for types that only modules can have.
  var type: WasmSyntax.ValueType? {
    switch self {
    case .i32: .i32
    case .i64: .i64
    case .f32: .f32
    case .f64: .f64
    case .v128: .v128
    case .funcref: .funcref
    case .externref: .externref
    case .otherReference: nil
    }
  }
}

extension CoreFunctionType {
  init(_ type: WasmSyntax.FunctionType) {
    self.init(
      parameters: type.parameters.map { CoreType($0) }, results: type.results.map { CoreType($0) })
  }

  /// nil if there are types in it that only modules can have.
  var type: WasmSyntax.FunctionType? {
    let parameters = parameters.compactMap(\.type)
    let results = results.compactMap(\.type)
    guard parameters.count == self.parameters.count, results.count == self.results.count else {
      return nil
    }
    return WasmSyntax.FunctionType(parameters: parameters, results: results)
  }
}
