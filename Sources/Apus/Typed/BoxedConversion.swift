// Conversions between Swift types and `ComponentValue`, by the same `lift` and `lower` that travel to and from guests: for
// elements of streams and futures, which wait in boxes until somebody takes them.
//
// The nodes that such a conversion sees are `PlanNode.boxed`. No type is like that one, so what looks for its own ends up
// where errors are thrown, and only there is asked whether there are boxes: conversions from and to memory pay nothing.

import ComponentRuntime

extension StoreDriver {
  /// A value in a box. Resources and ends in it do not change hands yet.
  func box(_ value: some ComponentPayload, as type: ValueType?) throws(ConversionError)
    -> ComponentValue
  {
    guard let type else { return .tuple([]) }
    var context = LiftLowerContext(host: runtime.state)
    var parts = BoxedParts()
    try withUnsafePointer(to: &context) { (context) throws(ConversionError) in
      try withUnsafeMutablePointer(to: &parts) { (parts) throws(ConversionError) in
        var state = LowerState(boxing: parts, context, self)
        try withUnsafeMutablePointer(to: &state) { (state) throws(ConversionError) in
          try value.lower(to: ComponentDestination(state, PlanNode.boxed, Place(box: 0)))
        }
      }
    }
    return try parts.value(of: type)
  }

  /// The value in a box.
  func unbox<Value: ComponentPayload>(
    _ box: ComponentValue, as type: ValueType?
  ) throws(ConversionError) -> Value {
    var context = LiftLowerContext(host: runtime.state)
    var boxes = BoxedValues(box, type ?? .tuple([]))
    return try withUnsafePointer(to: &context) { (context) throws(ConversionError) in
      try withUnsafeMutablePointer(to: &boxes) { (boxes) throws(ConversionError) in
        var state = LiftState(boxes: boxes, context, self)
        return try withUnsafeMutablePointer(to: &state) { (state) throws(ConversionError) in
          try Value.lift(from: ComponentSource(state, PlanNode.boxed, Place(box: 0)))
        }
      }
    }
  }
}

extension LowerState {
  /// Values that are boxed.
  init(
    boxing parts: UnsafeMutablePointer<BoxedParts>, _ to: ContextRef, _ driver: StoreDriver
  ) {
    self.init(to, BoundPlan.boxed.ref, driver, isChecking: true)
    boxing = parts
  }
}

extension LowerStateRef {
  var isBoxing: Bool { pointee.boxing != nil }

  /// Passes a part of a boxed value. Without boxes the type is not what the conversion expected.
  @inline(never)
  func box(
    _ part: BoxedParts.Part, _ expected: @autoclosure () -> String
  ) throws(ConversionError) {
    guard let boxing = pointee.boxing else { throw .unlike(expected()) }
    boxing.pointee.append(part)
  }
}

extension LiftStateRef {
  /// The boxes. Without them the type is not what the conversion expected.
  @inline(never)
  func boxes(
    _ expected: @autoclosure () -> String
  ) throws(ConversionError) -> UnsafeMutablePointer<BoxedValues> {
    guard let boxes = pointee.boxes else { throw .unlike(expected()) }
    return boxes
  }
}
