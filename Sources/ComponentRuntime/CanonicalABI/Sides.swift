// The two sides of a conversion: the one whose values are lifted, and the one that they are lowered to.

/// Something as each side of a conversion has it.
package struct Sides<Value> {
  package let lifting: Value
  package let lowering: Value

  package init(lifting: Value, lowering: Value) {
    self.lifting = lifting
    self.lowering = lowering
  }

  /// The same for both.
  package init(_ value: Value) { self.init(lifting: value, lowering: value) }
}

extension Sides: BitwiseCopyable where Value: BitwiseCopyable {}
extension Sides: Sendable where Value: Sendable {}
extension Sides: Equatable where Value: Equatable {}
extension Sides: Hashable where Value: Hashable {}

extension Sides where Value: Equatable {
  var areEqual: Bool { lifting == lowering }
}
