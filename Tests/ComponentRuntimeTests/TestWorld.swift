// What the tests of this room run on: a store, instances with memories whose `realloc` is a closure in Swift, and types
// made without a component around them.

import CWasmExecution
import Testing
import WasmSyntax

@testable import ComponentRuntime
@testable import WasmValidation

/// A guest's memory with an allocator that never frees. Contexts point at it without owning it, so it is not freed
/// itself.
final class Heap {
  let memory: UnsafeMutablePointer<WasmMemory>
  let options: UnsafeMutablePointer<LiftLowerOptions>
  private let bytes: UnsafeMutableBufferPointer<UInt8>
  private var lastAllocation: UInt64 = 8
  /// Arguments of every call of `realloc`.
  var calls: [[UInt64]] = []
  /// Answers instead of the allocator; nil makes the call fail as a trap in the guest would.
  var answer: (([UInt64]) -> UInt64?)?

  init(size: Int, encoding: StringEncoding = .utf8, is64: Bool = false) {
    bytes = .allocate(capacity: max(size, 1))
    bytes.initialize(repeating: 0)
    memory = .allocate(capacity: 1)
    memory.initialize(to: WasmMemory())
    memory.pointee.base = bytes.baseAddress
    memory.pointee.size = UInt64(size)
    memory.pointee.is_64 = is64 ? 1 : 0
    options = .allocate(capacity: 1)
    options.initialize(to: LiftLowerOptions())
    options.pointee.stringEncoding = encoding
    options.pointee.is64 = is64
    options.pointee.memory = memory
    options.pointee.reallocContext = Unmanaged.passRetained(self).toOpaque()
    options.pointee.realloc = { context, old, oldLength, alignment, newLength, result in
      guard let context else { return 1 }
      let heap = Unmanaged<Heap>.fromOpaque(context).takeUnretainedValue()
      return heap.realloc(old, oldLength, alignment, newLength, result)
    }
  }

  private func realloc(
    _ old: UInt64, _ oldLength: UInt64, _ alignment: UInt64, _ newLength: UInt64,
    _ result: UnsafeMutablePointer<UInt64>
  ) -> Int32 {
    let arguments = [old, oldLength, alignment, newLength]
    calls.append(arguments)
    if let answer {
      guard let pointer = answer(arguments) else { return 1 }
      result.pointee = pointer
      return 0
    }
    if old != 0 && newLength < oldLength {
      result.pointee = align(old, to: UInt32(alignment))
      return 0
    }
    let pointer = align(lastAllocation, to: UInt32(alignment))
    lastAllocation = pointer + newLength
    guard lastAllocation <= UInt64(bytes.count) else { return 1 }
    for offset in 0..<Int(oldLength) { bytes[Int(pointer) + offset] = bytes[Int(old) + offset] }
    result.pointee = pointer
    return 0
  }

  subscript(address: UInt64) -> UInt8 {
    get { bytes[Int(address)] }
    set { bytes[Int(address)] = newValue }
  }

  func write(_ contents: some Sequence<UInt8>, at address: UInt64 = 0) {
    for (offset, byte) in contents.enumerated() { bytes[Int(address) + offset] = byte }
  }

  func read(_ count: Int, at address: UInt64) -> [UInt8] {
    (0..<count).map { bytes[Int(address) + $0] }
  }
}

/// Makes types.
final class TypeMaker {
  private let arena = ComponentTypeArena(limits: ImplementationLimits())
  private(set) var resources: [ResourceID: ResourceTypeRef] = [:]

  var types: ComponentTypes { arena.types }

  func make(_ shape: ResolvedValueType) -> ValueTypeID {
    do {
      return try arena.value(shape)
    } catch {
      Issue.record(error)
      return ValueTypeID(raw: 0)
    }
  }

  func callAsFunction(_ type: PrimitiveValType) -> ValueTypeID { make(.primitive(type)) }
  func list(_ element: ValueTypeID, _ length: UInt32? = nil) -> ValueTypeID {
    make(length.map { .fixedLengthList(element, length: $0) } ?? .list(element))
  }
  func map(_ key: ValueTypeID, _ value: ValueTypeID) -> ValueTypeID {
    make(.map(key: key, value: value, entry: tuple(key, value)))
  }
  func tuple(_ elements: ValueTypeID...) -> ValueTypeID { make(.tuple(elements)) }
  func record(_ fields: KeyValuePairs<String, ValueTypeID>) -> ValueTypeID {
    make(.record(fields.map { ResolvedField(label: $0.key, type: $0.value) }))
  }
  func variant(_ cases: KeyValuePairs<String, ValueTypeID?>) -> ValueTypeID {
    make(.variant(cases.map { ResolvedCase(label: $0.key, type: $0.value) }))
  }
  func flags(_ labels: String...) -> ValueTypeID { make(.flags(labels)) }
  func option(_ type: ValueTypeID) -> ValueTypeID { make(.option(type)) }
  func result(_ ok: ValueTypeID?, _ error: ValueTypeID?) -> ValueTypeID {
    make(.result(ok, error: error))
  }

  /// A number for a resource type that exists.
  func resource(_ type: ResourceTypeRef) -> ResourceReference {
    let id = arena.freshResource()
    resources[id] = type
    return ResourceReference(id, name: .none)
  }
  func own(_ type: ResourceTypeRef) -> ValueTypeID { make(.own(resource(type))) }
  func borrow(_ type: ResourceTypeRef) -> ValueTypeID { make(.borrow(resource(type))) }
}

/// A store with the types its tests use.
final class World {
  let state: ComponentState
  let make = TypeMaker()
  var runtimeTypes = RuntimeTypes()
  private var kept: [BoundPlan] = []
  private var keptSlots: [Slots] = []

  var store: StoreRef { state.state }

  init(hasConcurrency: Bool = true, limits: StateLimits = StateLimits()) {
    state = ComponentState(
      hasConcurrency: hasConcurrency, limits: limits,
      copyBuffers: copyBetweenBuffers { (_, _, _) throws(ComponentTrap) in })
  }

  func instance(_ parent: InstanceRef? = nil) throws -> InstanceRef {
    try store.newInstance(parent: parent)
  }

  func plan(_ types: ValueTypeID...) throws -> BoundPlan { try plan(types) }

  func plan(_ types: [ValueTypeID]) throws -> BoundPlan {
    let compiled = ConversionPlan(types, in: make.types)
    let bound = try #require(
      BoundPlan(
        compiled, resource: { self.make.resources[$0] },
        payload: { BoundPayload(t: self.typeID($0.element)) }))
    kept.append(bound)
    return bound
  }

  /// Slots that live as long as the world.
  func slots(_ values: [UInt64] = []) -> UnsafeMutablePointer<UInt64> {
    let slots = Slots(values)
    keptSlots.append(slots)
    return slots.pointer
  }

  func typeID(_ type: ValueTypeID?) -> RuntimeTypeID {
    runtimeTypes.id(of: type, in: make.types) { self.make.resources[$0] }
  }

  /// A task that runs in an instance, with its thread registered.
  func task(_ instance: InstanceRef?, isAsync: Bool = false) throws -> TaskRef {
    let task = try store.newTask(inst: instance, isAsyncFunction: isAsync, caller: .host(0))
    task.implicitThread.pointee.cont = .running
    #expect(try task.enterImplicitThread())
    task.start()
    return task
  }
}

/// Slots for a test; not freed, since tests pass on their address.
final class Slots {
  let pointer: UnsafeMutablePointer<UInt64>

  init(_ values: [UInt64] = []) {
    pointer = .allocate(capacity: 24)
    pointer.initialize(repeating: 0xdead_beef_dead_beef, count: 24)
    for (index, value) in values.enumerated() { pointer[index] = value }
  }

  subscript(index: Int) -> UInt64 {
    get { pointer[index] }
    set { pointer[index] = newValue }
  }
}

/// One side of a conversion; not freed.
func context(
  _ options: OptionsRef, _ instance: InstanceRef, subtask: SubtaskRef? = nil, task: TaskRef? = nil
) -> ContextRef {
  let context = UnsafeMutablePointer<LiftLowerContext>.allocate(capacity: 1)
  context.initialize(to: LiftLowerContext(options, instance, subtask: subtask, task: task))
  return ContextRef(context)
}

/// Expects a trap for this reason.
func expectTrap(
  _ reason: ComponentTrap.Reason, sourceLocation: SourceLocation = #_sourceLocation,
  _ body: () throws -> Void
) {
  do {
    try body()
    Issue.record("expected \(reason)", sourceLocation: sourceLocation)
  } catch let trap as ComponentTrap {
    #expect(trap.reason == reason, sourceLocation: sourceLocation)
  } catch {
    Issue.record(error, sourceLocation: sourceLocation)
  }
}
