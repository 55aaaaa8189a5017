// CanonicalABI.md, Lifting and Lowering Context: one side of a conversion, with its memory. Addresses are 64 bits
// here whatever the memory; they are checked once per list, string or spilled tuple, and what lies within is then not
// checked again, since memories never shrink.

import CWasmExecution
import WasmSyntax

/// A context where its owner keeps it. Conversions pass this around: the record itself is too large for registers.
package typealias ContextRef = UnsafePointer<LiftLowerContext>

/// Lifting and Lowering Context: `LiftLowerContext`. An adapter can keep one for each side and set the scope before each
/// use: nothing else uses it while a conversion runs.
package struct LiftLowerContext: BitwiseCopyable {
  package let opts: OptionsRef
  /// nil for the host.
  package let inst: InstanceRef?
  package let store: StoreRef
  /// `borrow_scope` of the side that is lifted from; nil where nothing can be lent.
  package var subtask: SubtaskRef?
  /// `borrow_scope` of the side that is lowered to.
  package var task: TaskRef?
  /// Whether the other side is the host: the suite has other words for some traps then.
  package var isHostPeer = false
  let memory: UnsafeMutablePointer<WasmMemory>
  package let is64: Bool

  package init(
    _ opts: OptionsRef, _ inst: InstanceRef, subtask: SubtaskRef? = nil, task: TaskRef? = nil
  ) {
    self.opts = opts
    self.inst = inst
    store = inst.pointee.store
    self.subtask = subtask
    self.task = task
    memory = opts.pointee.memory ?? Self.noMemory
    is64 = opts.pointee.is64
  }

  /// A side without a memory, whose values are boxes.
  package init(host store: StoreRef) {
    opts = Self.noOptions
    inst = nil
    self.store = store
    memory = Self.noMemory
    is64 = false
  }

  private nonisolated(unsafe) static let noOptions: OptionsRef = {
    let options = UnsafeMutablePointer<LiftLowerOptions>.allocate(capacity: 1)
    options.initialize(to: LiftLowerOptions())
    return OptionsRef(options)
  }()

  /// Stands for the memory of options without one.
  private nonisolated(unsafe) static let noMemory: UnsafeMutablePointer<WasmMemory> = {
    let memory = UnsafeMutablePointer<WasmMemory>.allocate(capacity: 1)
    memory.initialize(to: WasmMemory())
    memory.pointee.base = .allocate(capacity: 8)
    return memory
  }()

}

extension ContextRef {
  @inline(__always) package var opts: OptionsRef { pointee.opts }
  @inline(__always) package var inst: InstanceRef? { pointee.inst }
  @inline(__always) package var store: StoreRef { pointee.store }
  @inline(__always) package var subtask: SubtaskRef? { pointee.subtask }
  @inline(__always) package var task: TaskRef? { pointee.task }
  @inline(__always) package var isHostPeer: Bool { pointee.isHostPeer }
  @inline(__always) package var is64: Bool { pointee.is64 }
  @inline(__always) var memory: UnsafeMutablePointer<WasmMemory> { pointee.memory }

  // MARK: Memory

  /// `len(cx.opts.memory)`
  @inline(__always)
  package var memorySize: UInt64 {
    guard let shared = memory.pointee.shared_size else { return memory.pointee.size }
    return wasm_atomic_load64(shared)
  }

  /// The bytes at an address that has been checked. Valid until guest code runs.
  @inline(__always)
  package func bytes(_ address: UInt64) -> UnsafeMutableRawPointer {
    // Memories always have a base, also those without pages.
    UnsafeMutableRawPointer(memory.pointee.base.unsafelyUnwrapped)
      + Int(truncatingIfNeeded: address)
  }

  /// `ptr + byte_length > len(cx.opts.memory)`, for any two numbers.
  @inline(__always)
  func isOutOfBounds(_ address: UInt64, _ byteLength: UInt64) -> Bool {
    let size = memorySize
    return byteLength > size || address > size - byteLength
  }

  @inline(__always)
  func isUnaligned(_ address: UInt64, _ alignment: UInt64) -> Bool {
    address & (alignment &- 1) != 0
  }

  /// `load_int`
  @inline(__always)
  func loadInt(_ address: UInt64, _ size: UInt8) -> UInt64 {
    let bytes = bytes(address)
    return switch size {
    case 1: UInt64(bytes.load(as: UInt8.self))
    case 2: UInt64(bytes.loadUnaligned(as: UInt16.self))
    case 4: UInt64(bytes.loadUnaligned(as: UInt32.self))
    default: bytes.loadUnaligned(as: UInt64.self)
    }
  }

  /// `store_int`
  @inline(__always)
  func storeInt(_ value: UInt64, _ address: UInt64, _ size: UInt8) {
    let bytes = bytes(address)
    switch size {
    case 1: bytes.storeBytes(of: UInt8(truncatingIfNeeded: value), as: UInt8.self)
    case 2: bytes.storeBytes(of: UInt16(truncatingIfNeeded: value), as: UInt16.self)
    case 4: bytes.storeBytes(of: UInt32(truncatingIfNeeded: value), as: UInt32.self)
    default: bytes.storeBytes(of: value, as: UInt64.self)
    }
  }

  // MARK: Places

  /// The bits of a scalar, discriminant or handle as they stand, zero-extended.
  @inline(__always)
  package func loadBits(_ place: Place, _ size: UInt8) -> UInt64 {
    guard let slots = place.slots else { return loadInt(place.address, size) }
    return size == 8 ? slots[0] : UInt64(UInt32(truncatingIfNeeded: slots[0]))
  }

  @inline(__always)
  package func storeBits(_ value: UInt64, _ place: Place, _ size: UInt8) {
    guard let slots = place.slots else { return storeInt(value, place.address, size) }
    slots[0] = value
  }

  /// The pointer and the length that a string or list is made of.
  @inline(__always)
  func loadPair(_ place: Place) -> (UInt64, UInt64) {
    guard let slots = place.slots else {
      return is64
        ? (loadInt(place.address, 8), loadInt(place.address &+ 8, 8))
        : (loadInt(place.address, 4), loadInt(place.address &+ 4, 4))
    }
    return is64
      ? (slots[0], slots[1])
      : (UInt64(UInt32(truncatingIfNeeded: slots[0])), UInt64(UInt32(truncatingIfNeeded: slots[1])))
  }

  @inline(__always)
  func storePair(_ pointer: UInt64, _ length: UInt64, _ place: Place) {
    guard let slots = place.slots else {
      let size: UInt8 = is64 ? 8 : 4
      storeInt(pointer, place.address, size)
      storeInt(length, place.address &+ UInt64(size), size)
      return
    }
    slots[0] = pointer
    slots[1] = length
  }

  // MARK: Allocation

  /// `reallocate`
  func reallocate(
    _ old: UInt64, _ oldByteLength: UInt64, _ alignment: UInt64, _ newByteLength: UInt64
  ) throws(ComponentTrap) -> UInt64 {
    guard let realloc = opts.pointee.realloc, let inst else { throw ComponentTrap(.bug) }
    assert(inst.pointee.mayLeave)
    inst.pointee.mayLeave = false
    var result: UInt64 = 0
    let status = realloc(
      opts.pointee.reallocContext, old, oldByteLength, alignment, newByteLength, &result)
    guard status == 0 else { throw ComponentTrap(.guestCode) }
    inst.pointee.mayLeave = true
    return is64 ? result : UInt64(UInt32(truncatingIfNeeded: result))
  }

  /// `allocate`
  func allocate(_ alignment: UInt64, _ byteLength: UInt64) throws(ComponentTrap) -> UInt64 {
    try reallocate(0, 0, alignment, byteLength)
  }

  /// The checks on what `realloc` returned.
  @inline(__always)
  func checkAllocated(
    _ pointer: UInt64, _ alignment: UInt64, _ byteLength: UInt64,
    _ outOfBounds: ComponentTrap.Reason
  ) throws(ComponentTrap) {
    try trapIf(
      isUnaligned(pointer, alignment), isHostPeer ? .reallocUnaligned : .unalignedPointer)
    try trapIf(
      isOutOfBounds(pointer, byteLength), isHostPeer ? .reallocOutOfBounds : outOfBounds)
  }

  // MARK: Lifting and Lowering Values

  /// `lift_flat_values`, up to the values: where they are, as the record that they form.
  @inline(__always)
  package func liftPlace(
    _ plan: PlanRef, _ slots: UnsafeMutablePointer<UInt64>, maxFlat: Int
  ) throws(ComponentTrap) -> Place {
    if plan.isFlat(maxFlat) { return Place(slots: slots) }
    let pointer = is64 ? slots[0] : UInt64(UInt32(truncatingIfNeeded: slots[0]))
    try checkSpilled(pointer, plan.root)
    return Place(address: pointer)
  }

  /// `lower_flat_values`, up to the values: where they are to go, as the record that they form. Values that do not fit
  /// into slots go to `outParam` or, without one, to memory allocated here, whose address is left in the first slot.
  @inline(__always)
  package func lowerPlace(
    _ plan: PlanRef, _ slots: UnsafeMutablePointer<UInt64>, maxFlat: Int, outParam: UInt64? = nil
  ) throws(ComponentTrap) -> Place {
    if plan.isFlat(maxFlat) { return Place(slots: slots) }
    if let outParam {
      try checkSpilled(outParam, plan.root)
      return Place(address: outParam)
    }
    let (size, alignment) = (plan.root.pointee.size(is64), plan.root.pointee.alignment(is64))
    let pointer = try allocate(alignment, size)
    try checkAllocated(pointer, alignment, size, .pointerOutOfBounds)
    slots[0] = pointer
    return Place(address: pointer)
  }

  private func checkSpilled(_ pointer: UInt64, _ node: PlanNodeRef) throws(ComponentTrap) {
    try trapIf(isUnaligned(pointer, node.pointee.alignment(is64)), .unalignedPointer)
    try trapIf(isOutOfBounds(pointer, node.pointee.size(is64)), .pointerOutOfBounds)
  }
}
