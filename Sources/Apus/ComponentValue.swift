// Values of the Component Model where no static type is at hand.

import ComponentRuntime

/// A value of any type (Explainer, Type Definitions).
public enum ComponentValue: Hashable, Sendable {
  /// `bool`
  case bool(Bool)
  /// `s8`: -128 to 127.
  case s8(Int8)
  /// `u8`: 0 to 255.
  case u8(UInt8)
  /// `s16`: -32,768 to 32,767.
  case s16(Int16)
  /// `u16`: 0 to 65,535.
  case u16(UInt16)
  /// `s32`: 32 bits with a sign.
  case s32(Int32)
  /// `u32`: 32 bits without a sign.
  case u32(UInt32)
  /// `s64`: 64 bits with a sign.
  case s64(Int64)
  /// `u64`: 64 bits without a sign.
  case u64(UInt64)
  /// `f32`: single precision. Which NaN it is gets lost.
  case f32(Float)
  /// `f64`: double precision. Which NaN it is gets lost.
  case f64(Double)
  /// `char`: a Unicode scalar value.
  case char(Unicode.Scalar)
  /// `string`: of scalar values, in whichever encoding the guest has.
  case string(String)
  /// Lists of fixed length too.
  case list([ComponentValue])
  /// `map`, in order of its entries.
  case map([Entry])
  /// `record`, its fields in the type's order.
  case record([Field])
  /// `tuple`
  case tuple([ComponentValue])
  /// `variant`: the label of the case, and its payload if it has one.
  indirect case variant(String, ComponentValue?)
  /// `enum`: the label.
  case `enum`(String)
  /// `option`: nil for `none`.
  indirect case option(ComponentValue?)
  /// `result` with its payload, if the type has one.
  indirect case ok(ComponentValue?)
  /// `result` of a failure, with its payload if the type has one.
  indirect case error(ComponentValue?)
  /// The labels that are set.
  case flags([String])
  /// A resource that changes hands.
  case own(Resource)
  /// A resource that is lent for the duration of the call.
  case borrow(Resource)
  /// The end to read from, which changes hands.
  case stream(StreamReader)
  /// The end to read a value from, which changes hands.
  case future(FutureReader)
  /// `error-context`
  case errorContext(ErrorContext)

  /// A field of a record.
  public struct Field: Hashable, Sendable {
    /// The name.
    public var label: String
    /// What it holds.
    public var value: ComponentValue

    /// A field of this name and value.
    public init(_ label: String, _ value: ComponentValue) {
      self.label = label
      self.value = value
    }
  }

  /// An entry of a map.
  public struct Entry: Hashable, Sendable {
    /// The key; keys of a map may be equal.
    public var key: ComponentValue
    /// What the key stands for.
    public var value: ComponentValue

    /// An entry of this key and value.
    public init(_ key: ComponentValue, _ value: ComponentValue) {
      self.key = key
      self.value = value
    }
  }
}

/// A value that describes an error without saying what it is (Explainer, Error Context).
public final class ErrorContext: Sendable, Hashable {
  /// What the error is, for people; empty for those that guests make.
  public let debugMessage: String
  let store: Store
  let id: ErrorContextID

  init(_ debugMessage: String, _ store: Store, _ id: ErrorContextID) {
    self.debugMessage = debugMessage
    self.store = store
    self.id = id
  }

  deinit {
    let id = id
    store.driver.post { $0.runtime.releaseErrorContext(id) }
  }

  public static func == (a: ErrorContext, b: ErrorContext) -> Bool { a === b }

  public func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}
