// Where a value is lifted from: a place in the slots of a call or in a guest's memory, and the type that it has there.

import ComponentRuntime
import WasmExecution

/// What all values of one conversion share.
struct LiftState {
  /// The guest's side, as it stands to the host.
  var context: LiftLowerContext
  let plan: PlanRef
  unowned(unsafe) let driver: StoreDriver
  /// The task of the host that borrows are lent to, and the call as resources that it was lent see it.
  var hostTask: TaskRef?
  var scope: HostCallScope?
  /// Whether views of the guest's memory can be given: only to synchronous functions of the host.
  var givesViews = false
  /// The call as views see it, once there is one.
  var view: UInt64?
  /// Bytes that may still be made: lists within lists can share memory.
  var budget: Int

  @inline(__always)
  init(_ context: LiftLowerContext, _ plan: PlanRef, _ driver: StoreDriver) {
    self.context = context
    self.plan = plan
    self.driver = driver
    budget = context.store.pointee.limits.hostValueBytes
  }
}

typealias LiftStateRef = UnsafeMutablePointer<LiftState>

extension LiftStateRef {
  /// The state begins with it.
  @inline(__always) var from: ContextRef {
    UnsafeRawPointer(self).assumingMemoryBound(to: LiftLowerContext.self)
  }

  func spend(_ bytes: UInt64) throws(ConversionError) {
    guard bytes <= UInt64(max(pointee.budget, 0)) else {
      throw ConversionError(.trap(ComponentTrap(.hostValueTooLarge)))
    }
    pointee.budget -= Int(bytes)
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
  public borrowing func field<Value: ComponentPayload>(
    _ index: Int, as type: Value.Type = Value.self
  ) throws(ConversionError) -> Value {
    guard node.pointee.kind == .record, index >= 0, index < node.pointee.parts.count,
      let field = node.pointee.parts[index].node
    else { throw .unlike("a record with field \(index)") }
    let place = place.field(node.pointee.parts[index], from.is64)
    return try Value.lift(from: ComponentSource(state, field, place))
  }

  // MARK: Variants, enums, options and results

  /// The number of the case of a variant, enum, option or result: 0 for `none` and `ok`.
  public borrowing func caseIndex() throws(ConversionError) -> Int {
    guard node.pointee.kind == .variant else { throw .unlike("a variant") }
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
    guard node.pointee.kind == .variant, index >= 0, index < node.pointee.parts.count else {
      throw .unlike("a variant with case \(index)")
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
    guard node.pointee.kind == kind else { throw .unlike("\(kind)") }
    do throws(ComponentTrap) {
      return try from.liftScalar(node, place)
    } catch {
      throw ConversionError(.trap(error))
    }
  }

  /// A string that lies in the guest's memory.
  borrowing func string() throws(ConversionError) -> LiftedString {
    guard node.pointee.kind == .string else { throw .unlike("a string") }
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
    guard node.pointee.kind == .list, let element = node.pointee.element else {
      throw .unlike("a list")
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
    guard node.pointee.kind == kind else { throw .unlike("\(kind)") }
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
