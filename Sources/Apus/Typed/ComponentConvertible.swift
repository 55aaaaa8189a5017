// Swift types that travel to and from components without a `ComponentValue` in between. What a conversion works on is in
// `ComponentSource` and `ComponentDestination`; calls are in `TypedFunction`, functions of the host in `Linker+Typed`.

import ComponentRuntime

/// What can stand where a type is optional: a `ComponentConvertible` type, or `Nothing`.
///
/// That is so in results of functions, sides of results, and streams and futures (Explainer, Type Definitions). Adopt
/// `ComponentConvertible`, not this.
public protocol ComponentPayload: SendableMetatype {
  /// The type of the values; nil for none.
  static var payloadType: ValueType? { get }

  /// Makes a value of what a guest has passed (Canonical ABI, Loading, Flat Lifting).
  ///
  /// - Throws: `ConversionError`: passed on from `source`, where the guest has broken a rule, which stops it; or of the
  ///   type's own, for a value that it does not accept.
  static func lift(from source: borrowing ComponentSource) throws(ConversionError) -> Self

  /// Passes the value to a guest (Canonical ABI, Storing, Flat Lowering).
  ///
  /// Values that are not only numbers are passed twice, the first time to find out whether they can be: what is passed
  /// must be the same each time.
  ///
  /// - Throws: `ConversionError`: passed on from `destination`, or of the type's own.
  func lower(to destination: borrowing ComponentDestination) throws(ConversionError)

  /// Whether this value can certainly be passed, so that it is passed only once. Not for types outside this library.
  var surelyFits: Bool { get }

  /// How lists of such values are copied. Not for types outside this library.
  static var elementCopying: ElementCopying { get }

  /// Whether a value is one number, or nothing, so that `lift(coreValue:)` and `coreValue` do for `lift` and `lower`. Not
  /// for types outside this library.
  static var isCoreValue: Bool { get }

  /// The value of a core value of 64 bits (Canonical ABI, Flat Lifting). Only called where `isCoreValue` is true.
  ///
  /// - Throws: `ConversionError` where lifting traps.
  static func lift(coreValue: UInt64) throws(ConversionError) -> Self

  /// The core value of a value (Canonical ABI, Flat Lowering). Only asked for where `isCoreValue` is true.
  var coreValue: UInt64 { get }
}

/// A type whose values can be arguments and results of components' functions without boxes.
///
/// A record converts its fields by their number, a variant its cases:
///
///     struct Point: ComponentConvertible {
///       var x: Int32
///       var y: Int32
///
///       static var componentType: ValueType { .record([.init("x", .s32), .init("y", .s32)]) }
///
///       static func lift(from source: borrowing ComponentSource) throws(ConversionError) -> Point {
///         Point(x: try source.field(0), y: try source.field(1))
///       }
///
///       func lower(to destination: borrowing ComponentDestination) throws(ConversionError) {
///         try destination.field(0, x)
///         try destination.field(1, y)
///       }
///     }
///
/// The macros of the product `ApusMacros` write this.
public protocol ComponentConvertible: ComponentPayload {
  /// The type of the values, to be compared with a function's type when that is looked up or linked.
  static var componentType: ValueType { get }
}

extension ComponentConvertible {
  public static var payloadType: ValueType? { componentType }
}

extension ComponentPayload {
  public static var elementCopying: ElementCopying { .oneByOne }
  @inlinable public static var isCoreValue: Bool { false }
  @inlinable public var surelyFits: Bool { Self.isCoreValue }

  public static func lift(coreValue: UInt64) throws(ConversionError) -> Self {
    throw .unlike("a number")
  }

  public var coreValue: UInt64 { 0 }
}

/// How the elements of a list are copied.
public struct ElementCopying: Sendable {
  /// The kind of number whose bytes are the same in Swift and in memories; nil if each element is converted.
  let kind: PlanNode.Kind?

  /// Each element is converted by itself.
  public static var oneByOne: ElementCopying { ElementCopying(kind: nil) }
}

/// No value: the result of a function that returns nothing, or a side of a result, a stream or a future without payload.
///
/// Void cannot conform to protocols.
public struct Nothing: ComponentPayload, Error, Hashable {
  /// The one value.
  @inlinable public init() {}

  public static var payloadType: ValueType? { nil }

  public static func lift(from source: borrowing ComponentSource) throws(ConversionError) -> Nothing
  { Nothing() }

  public func lower(to destination: borrowing ComponentDestination) throws(ConversionError) {}

  @inlinable public static var isCoreValue: Bool { true }
  @inlinable public static func lift(coreValue: UInt64) -> Nothing { Nothing() }
}
