// Values of the Component Model where no static type is at hand.

import ComponentRuntime

/// A value of any type (Explainer, Type Definitions).
public enum ComponentValue: Hashable, Sendable {
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
  case map([Entry])
  case record([Field])
  case tuple([ComponentValue])
  indirect case variant(String, ComponentValue?)
  case `enum`(String)
  indirect case option(ComponentValue?)
  /// `result` with its payload, if the type has one.
  indirect case ok(ComponentValue?)
  indirect case error(ComponentValue?)
  /// The labels that are set.
  case flags([String])
  /// A resource that changes hands.
  case own(Resource)
  /// A resource that is lent for the duration of the call.
  case borrow(Resource)
  /// The end to read from, which changes hands.
  case stream(StreamReader)
  case future(FutureReader)
  case errorContext(ErrorContext)

  /// A field of a record.
  public struct Field: Hashable, Sendable {
    public var label: String
    public var value: ComponentValue

    public init(_ label: String, _ value: ComponentValue) {
      self.label = label
      self.value = value
    }
  }

  /// An entry of a map.
  public struct Entry: Hashable, Sendable {
    public var key: ComponentValue
    public var value: ComponentValue

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
