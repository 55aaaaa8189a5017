// Where a value is lifted from: a place in the slots of a call or in a guest's memory, and the type that it has there.

import ComponentRuntime
import WasmExecution

/// What all values of one conversion share. Nothing in it is counted: whoever made it keeps what it points at.
struct LiftState {
  /// The guest's side, as it stands to the host.
  let from: ContextRef
  let plan: PlanRef
  unowned(unsafe) let driver: StoreDriver
  /// The task of the host that borrows are lent to, and the call as resources that it was lent see it.
  var hostTask: TaskRef?
  unowned(unsafe) var scope: HostCallScope?
  /// Whether views of the guest's memory can be given: only to synchronous functions of the host.
  var givesViews = false
  /// The call as views see it, once there is one.
  var view: UInt64?
  /// Bytes that may still be made: lists within lists can share memory.
  var budget: Int
  /// Where the values are if they are boxed; nodes are `PlanNode.boxed` then, and places numbers of boxes.
  var boxes: UnsafeMutablePointer<BoxedValues>?

  @inline(__always)
  init(_ from: ContextRef, _ plan: PlanRef, _ driver: StoreDriver) {
    self.from = from
    self.plan = plan
    self.driver = driver
    budget = from.store.pointee.limits.hostValueBytes
  }

  /// Boxed values, which share no memory.
  init(boxes: UnsafeMutablePointer<BoxedValues>, _ from: ContextRef, _ driver: StoreDriver) {
    self.from = from
    plan = BoundPlan.boxed.ref
    self.driver = driver
    self.boxes = boxes
    budget = .max
  }
}

typealias LiftStateRef = UnsafeMutablePointer<LiftState>

extension LiftStateRef {
  @inline(__always) var from: ContextRef { pointee.from }

  func spend(_ bytes: UInt64) throws(ConversionError) {
    guard bytes <= UInt64(max(pointee.budget, 0)) else {
      throw ConversionError(.trap(ComponentTrap(.hostValueTooLarge)))
    }
    pointee.budget -= Int(bytes)
  }
}

extension PlanNodeRef {
  /// Whether it is of this kind; `==` would go through a witness in another module.
  @inline(__always)
  func has(_ kind: PlanNode.Kind) -> Bool {
    unsafeBitCast(pointee.kind, to: UInt8.self) == unsafeBitCast(kind, to: UInt8.self)
  }
}

/// A value that a guest has passed, of the type that the function's type has there (Canonical ABI, Loading and Flat
/// Lifting). Everything that is taken from it is checked as the specification says.
public struct ComponentSource: ~Copyable {
  let state: LiftStateRef
  let node: PlanNodeRef
  let place: Place

  @inline(__always)
  init(_ state: LiftStateRef, _ node: PlanNodeRef, _ place: Place) {
    self.state = state
    self.node = node
    self.place = place
  }

  @inline(__always) var from: ContextRef { state.from }

  // MARK: Records and tuples

  /// The field of this number of a record, or element of a tuple.
  @inlinable
  public borrowing func field<Value: ComponentPayload>(
    _ index: Int, as type: Value.Type = Value.self
  ) throws(ConversionError) -> Value {
    try Value.lift(from: try self.source(ofField: index))
  }

  @usableFromInline
  borrowing func source(ofField index: Int) throws(ConversionError) -> ComponentSource {
    guard node.has(.record), index >= 0, index < node.pointee.parts.count,
      let field = node.pointee.parts[index].node
    else {
      let boxes = try state.boxes("a record with field \(index)")
      return ComponentSource(state, node, Place(box: try boxes.pointee.field(index, of: place.box)))
    }
    let place = place.field(node.pointee.parts[index], from.is64)
    return ComponentSource(state, field, place)
  }

  /// The value of a plan of one type, or of none.
  @inlinable
  borrowing func result<Value: ComponentPayload>() throws(ConversionError) -> Value {
    hasFields ? try field(0) : try Value.lift(from: self)
  }

  @usableFromInline var hasFields: Bool { !node.pointee.parts.isEmpty }

  // MARK: Variants, enums, options and results

  /// The number of the case of a variant, enum, option or result: 0 for `none` and `ok`.
  public borrowing func caseIndex() throws(ConversionError) -> Int {
    guard node.has(.variant) else {
      return try state.boxes("a variant").pointee.caseIndex(of: place.box)
    }
    do throws(ComponentTrap) {
      return try from.liftDiscriminant(node, place)
    } catch {
      throw ConversionError(.trap(error))
    }
  }

  /// The payload of the case that `caseIndex()` was.
  public borrowing func payload<Value: ComponentPayload>(
    ofCase index: Int, as type: Value.Type = Value.self
  ) throws(ConversionError) -> Value {
    guard node.has(.variant), index >= 0, index < node.pointee.parts.count else {
      let boxes = try state.boxes("a variant with case \(index)")
      let payload = Place(box: try boxes.pointee.payload(of: place.box))
      return try Value.lift(from: ComponentSource(state, node, payload))
    }
    guard let payload = node.pointee.parts[index].node else {
      guard Value.payloadType == nil else { throw .unlike("a payload of case \(index)") }
      return try Value.lift(from: ComponentSource(state, node, place))
    }
    return try Value.lift(
      from: ComponentSource(state, payload, place.payload(node, from.is64)))
  }

  // MARK: Flags

  /// The flags that are set, the first as the lowest bit.
  public borrowing func flags() throws(ConversionError) -> UInt32 {
    UInt32(truncatingIfNeeded: try scalar(.flags))
  }

  // MARK: Others

  /// The bits of a number.
  @inline(__always)
  borrowing func scalar(_ kind: PlanNode.Kind) throws(ConversionError) -> UInt64 {
    guard node.has(kind) else {
      return try state.boxes("\(kind)").pointee.bits(of: place.box, kind)
    }
    do throws(ComponentTrap) {
      return try from.liftScalar(node, place)
    } catch {
      throw ConversionError(.trap(error))
    }
  }

  /// A string that lies in the guest's memory.
  borrowing func string() throws(ConversionError) -> LiftedString {
    guard node.has(.string) else { throw .unlike("a string") }
    do throws(ComponentTrap) {
      return try from.liftString(place)
    } catch {
      throw ConversionError(.trap(error))
    }
  }

  /// A list, checked but for its elements.
  borrowing func list() throws(ConversionError) -> (
    element: PlanNodeRef, address: UInt64, count: Int
  ) {
    guard node.has(.list), let element = node.pointee.element else {
      let (first, count) = try state.boxes("a list").pointee.elements(of: place.box)
      return (node, UInt64(first), count)
    }
    do throws(ComponentTrap) {
      let (address, length) = try from.liftList(element, place)
      return (element, address, Int(length))
    } catch {
      throw ConversionError(.trap(error))
    }
  }

  /// A resource, stream, future or error context, which changes hands.
  borrowing func handle(_ kind: PlanNode.Kind) throws(ConversionError) -> ComponentValue {
    guard node.has(kind) else {
      return try state.boxes("\(kind)").pointee.values[place.box].value
    }
    let value: RuntimeValue
    do throws(ComponentTrap) {
      value = try from.liftHandle(node, place, state.pointee.plan, state.pointee.hostTask)
    } catch {
      throw ConversionError(.trap(error))
    }
    do throws(CallError) {
      return try state.pointee.driver.liftHandle(value, state.pointee.scope)
    } catch {
      throw ConversionError(.call(error))
    }
  }
}
