// Values of the Component Model as Swift programs have them where no static type is at hand: the dynamic embedding API,
// scripts and the command line. Calls between two guests never make any.

/// A value of any type (Explainer, Type Definitions).
package enum ComponentValue: Hashable, Sendable {
  case bool(Bool)
  case s8(Int8)
  case u8(UInt8)
  case s16(Int16)
  case u16(UInt16)
  case s32(Int32)
  case u32(UInt32)
  case s64(Int64)
  case u64(UInt64)
  case f32(Float)
  case f64(Double)
  case char(Unicode.Scalar)
  case string(String)
  /// Lists of fixed length too.
  case list([ComponentValue])
  /// A `list<u8>` in bulk: what the host may give, and what it is given if it asks for that.
  case bytes([UInt8])
  case map([MapEntry])
  case record([RecordField])
  case tuple([ComponentValue])
  indirect case variant(label: String, payload: ComponentValue?)
  case `enum`(String)
  indirect case option(ComponentValue?)
  indirect case result(ComponentResult)
  /// The labels that are set.
  case flags([String])
  case own(HostResourceID)
  case borrow(HostResourceID)
  /// The readable end, held by the host.
  case stream(CopyEndID)
  case future(CopyEndID)
  case errorContext(ErrorContextID)

  /// A field of a record.
  package struct RecordField: Hashable, Sendable {
    package var label: String
    package var value: ComponentValue
    package init(_ label: String, _ value: ComponentValue) {
      self.label = label
      self.value = value
    }
  }

  /// An entry of a map.
  package struct MapEntry: Hashable, Sendable {
    package var key: ComponentValue
    package var value: ComponentValue
    package init(_ key: ComponentValue, _ value: ComponentValue) {
      self.key = key
      self.value = value
    }
  }

  /// `result`
  package enum ComponentResult: Hashable, Sendable {
    case ok(ComponentValue?)
    case error(ComponentValue?)
  }

  /// How messages call the kind of value.
  package var word: StaticString {
    switch self {
    case .bool: "bool"
    case .s8: "s8"
    case .u8: "u8"
    case .s16: "s16"
    case .u16: "u16"
    case .s32: "s32"
    case .u32: "u32"
    case .s64: "s64"
    case .u64: "u64"
    case .f32: "f32"
    case .f64: "f64"
    case .char: "char"
    case .string: "string"
    case .list, .bytes: "list"
    case .map: "map"
    case .record: "record"
    case .tuple: "tuple"
    case .variant: "variant"
    case .enum: "enum"
    case .option: "option"
    case .result: "result"
    case .flags: "flags"
    case .own: "own"
    case .borrow: "borrow"
    case .stream: "stream"
    case .future: "future"
    case .errorContext: "error-context"
    }
  }
}

package typealias ErrorContextID = RecordID<ErrorContext>
