// Where a value is lowered to. Values with lengths or handles are first lowered to nowhere: that finds out whether they
// can be passed, and takes what changes hands, before anything has happened in the store.

import ComponentRuntime
import WasmExecution

/// What all values of one conversion share. Nothing in it is counted: whoever made it keeps what it points at.
struct LowerState {
  /// The guest's side, as it stands to the host.
  let to: ContextRef
  let plan: PlanRef
  unowned(unsafe) let driver: StoreDriver
  /// Whether values are only looked at.
  let isChecking: Bool
  /// Where something is lent or changes hands.
  let passing: UnsafeMutablePointer<PassedValues>?
  /// Where the values are boxed and not passed; nodes are `PlanNode.boxed` then.
  var boxing: UnsafeMutablePointer<BoxedParts>?

  @inline(__always)
  init(
    _ to: ContextRef, _ plan: PlanRef, _ driver: StoreDriver, isChecking: Bool = false,
    _ passing: UnsafeMutablePointer<PassedValues>? = nil
  ) {
    self.to = to
    self.plan = plan
    self.driver = driver
    self.isChecking = isChecking
    self.passing = passing
  }
}

/// What looking at values has come to, if some change hands.
struct PassedValues {
  var check: ValueCheck
  /// What was given away when the values were looked at, and as what it is lowered, in order.
  var gifts: [StoreCall.Gift] = []
  var handles: [RuntimeValue] = []
  var nextHandle = 0

  init(_ plan: PlanRef, _ to: ContextRef, _ driver: StoreDriver) {
    check = plan.handleCheck(driver, is64: to.is64)
  }
}

typealias LowerStateRef = UnsafeMutablePointer<LowerState>

extension LowerStateRef {
  @inline(__always) var to: ContextRef { pointee.to }
  @inline(__always) var isChecking: Bool { pointee.isChecking }

  /// Passes on what does not fit.
  func looking(_ body: () throws(ValueMismatch) -> Void) throws(ConversionError) {
    do throws(ValueMismatch) {
      try body()
    } catch {
      throw ConversionError(pointee.driver.text(of: error))
    }
  }
}

extension PlanRef {
  /// Whether any value of the Swift types can be passed: nothing has a length or changes hands.
  var takesAnything: Bool {
    pointee.object._withUnsafeGuaranteedRef { $0.plan.takesAnything }
  }

  /// Whether something is lent or changes hands.
  var hasHandles: Bool { pointee.object._withUnsafeGuaranteedRef { $0.plan.hasHandles } }
}

/// The place for a value that is passed to a guest, of the type that the function's type has there (Canonical ABI, Storing
/// and Flat Lowering).
public struct ComponentDestination: ~Copyable {
  let state: LowerStateRef
  let node: PlanNodeRef
  let place: Place

  @inline(__always)
  init(_ state: LowerStateRef, _ node: PlanNodeRef, _ place: Place) {
    self.state = state
    self.node = node
    self.place = place
  }

  @inline(__always) var to: ContextRef { state.to }

  // MARK: Records and tuples

  /// Passes the field of this number of a record, or element of a tuple. All are to be passed, in order.
  @inlinable
  public borrowing func field(
    _ index: Int, _ value: some ComponentPayload
  ) throws(ConversionError) {
    try value.lower(to: try destination(ofField: index))
  }

  /// The same for the fields one after the other.
  @inlinable @inline(__always)
  borrowing func next(
    _ index: inout Int, _ value: borrowing some ComponentPayload
  ) throws(ConversionError) {
    try value.lower(to: try destination(ofField: index))
    index &+= 1
  }

  @usableFromInline
  borrowing func destination(ofField index: Int) throws(ConversionError) -> ComponentDestination {
    guard node.has(.record), index >= 0, index < node.pointee.parts.count,
      let field = node.pointee.parts[index].node
    else {
      if state.isBoxing { return ComponentDestination(state, node, place) }
      throw .unlike("a record with field \(index)")
    }
    return ComponentDestination(state, field, place.field(node.pointee.parts[index], to.is64))
  }

  /// The value of a plan of one type, or of none.
  @inlinable
  borrowing func result(_ value: some ComponentPayload) throws(ConversionError) {
    if hasFields { try field(0, value) }
  }

  @usableFromInline var hasFields: Bool { !node.pointee.parts.isEmpty }

  // MARK: Variants, enums, options and results

  /// Passes a case without a payload of a variant, enum, option or result, by its number.
  public borrowing func setCase(_ index: Int) throws(ConversionError) {
    guard node.has(.variant), index >= 0, index < node.pointee.parts.count,
      node.pointee.parts[index].node == nil
    else { return try state.box(.branch(index), "a variant with case \(index) without a payload") }
    if !state.isChecking { to.lowerDiscriminant(index, node, place) }
  }

  /// Passes a case with its payload.
  public borrowing func setCase(
    _ index: Int, _ payload: some ComponentPayload
  ) throws(ConversionError) {
    guard node.has(.variant), index >= 0, index < node.pointee.parts.count else {
      try state.box(.branch(index), "a variant with case \(index)")
      return try payload.lower(to: ComponentDestination(state, node, place))
    }
    if let type = node.pointee.parts[index].node {
      let place = place.payload(node, to.is64)
      try payload.lower(to: ComponentDestination(state, type, place))
    }
    if !state.isChecking { to.lowerDiscriminant(index, node, place) }
  }

  // MARK: Flags

  /// Passes flags, the first as the lowest bit; bits that are no flags do not count.
  public borrowing func setFlags(_ bits: UInt32) throws(ConversionError) {
    try setScalar(.flags, UInt64(bits) & node.pointee.number)
  }

  // MARK: Others

  /// Passes the bits of a number.
  @inline(__always)
  borrowing func setScalar(_ kind: PlanNode.Kind, _ bits: UInt64) throws(ConversionError) {
    guard node.has(kind) else { return try state.box(.bits(bits, kind), "\(kind)") }
    if !state.isChecking { to.lowerScalar(bits, node, place) }
  }

  borrowing func setString(_ string: String) throws(ConversionError) {
    guard node.has(.string) else { return try state.box(.string(string), "a string") }
    if state.isChecking {
      return try state.looking { () throws(ValueMismatch) in try ValueCheck.checkLength(string) }
    }
    do throws(ComponentTrap) {
      try to.lowerString(string, place)
    } catch {
      throw ConversionError(.trap(error))
    }
  }

  /// Where the elements of a list go; nil if they are only looked at.
  borrowing func setList(
    count: Int
  ) throws(ConversionError) -> (element: PlanNodeRef, address: UInt64?) {
    guard node.has(.list), let element = node.pointee.element else {
      try state.box(.count(count), "a list")
      return (node, nil)
    }
    if state.isChecking {
      let is64 = to.is64
      try state.looking { () throws(ValueMismatch) in
        try ValueCheck.checkLength(count, element, is64: is64)
      }
      return (element, nil)
    }
    do throws(ComponentTrap) {
      let address = try to.allocateList(UInt64(count), element)
      to.lowerList(address, UInt64(count), place)
      return (element, address)
    } catch {
      throw ConversionError(.trap(error))
    }
  }

  /// Passes a resource, stream, future or error context, which changes hands.
  borrowing func setHandle(
    _ kind: PlanNode.Kind, _ value: ComponentValue
  ) throws(ConversionError) {
    guard node.has(kind) else { return try state.box(.handle(value), "\(kind)") }
    if state.isChecking { return try take(value) }
    guard let passing = state.pointee.passing,
      passing.pointee.nextHandle < passing.pointee.handles.count
    else { throw ConversionError("a conversion passed other values when it was asked again") }
    let handle = passing.pointee.handles[passing.pointee.nextHandle]
    passing.pointee.nextHandle += 1
    do throws(ComponentTrap) {
      try to.lowerHandle(handle, node, place, state.pointee.plan)
    } catch {
      throw ConversionError(.trap(error))
    }
  }

  private borrowing func take(_ value: ComponentValue) throws(ConversionError) {
    guard let passing = state.pointee.passing else { throw ConversionError(.trap(.init(.bug))) }
    let handle: RuntimeValue
    do throws(CallError) {
      handle = try state.pointee.driver.lowerHandle(value, &passing.pointee.gifts)
    } catch {
      throw ConversionError(.call(error))
    }
    passing.pointee.handles.append(handle)
    let node = node
    try state.looking { () throws(ValueMismatch) in
      try passing.pointee.check.checkHandle(handle, node)
    }
  }
}
