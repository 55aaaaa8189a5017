// The rare operations that handlers leave to Swift: one table of C function pointers, and what all helpers share.

import CWasmExecution

typealias GuestContext = UnsafeMutablePointer<WasmContext>
typealias Slots = UnsafeMutablePointer<UInt64>

/// Statuses as the C side wants them.
enum Status {
  static let goOn = Int32(WASM_CONTINUE.rawValue)
  static let trap = Int32(WASM_TRAP.rawValue)
  static let suspend = Int32(WASM_SUSPEND.rawValue)
  static let restart = Int32(WASM_RESTART.rawValue)
  static let exception = Int32(WASM_EXCEPTION.rawValue)
}

enum HelperTable {
  /// Indexed by WASM_HELPER_*; never changes.
  nonisolated(unsafe) static let pointer: UnsafePointer<WasmHelper?> = {
    let count = Int(WASM_HELPER_COUNT)
    let table = UnsafeMutablePointer<WasmHelper?>.allocate(capacity: count)
    table.initialize(repeating: nil, count: count)
    for (index, helper) in ControlHelpers.all + MemoryHelpers.all + TableHelpers.all
      + AggregateHelpers.all + ExceptionHelpers.all + AtomicHelpers.all
    {
      table[Int(index)] = helper
    }
    return UnsafePointer(table)
  }()

  typealias Entry = (index: UInt32, helper: WasmHelper)
}

/// Handlers always pass a context, and slots where a helper has operands; C pointers cannot say so.
@inline(__always)
func guarded(_ context: GuestContext?, _ body: (GuestContext) -> Int32) -> Int32 {
  guard let context else { return Status.trap }
  return body(context)
}

@inline(__always)
func guarded(
  _ context: GuestContext?, _ slots: Slots?, _ body: (GuestContext, Slots) -> Int32
) -> Int32 {
  guard let context else { return Status.trap }
  guard let slots else { return context.bug("a helper without operands") }
  return body(context, slots)
}

extension GuestContext {
  /// Borrows the store, which outlives every call: no reference counting.
  @inline(__always)
  func withStore<R>(_ body: (CoreStore) -> R) -> R {
    Unmanaged<CoreStore>.fromOpaque(pointee.store)._withUnsafeGuaranteedRef(body)
  }

  func trap(_ reason: TrapReason) -> Int32 {
    pointee.trap = reason.rawValue
    return Status.trap
  }

  func bug(_ detail: String) -> Int32 { GuestThread.of(self).fail(.bug, detail) }

  // MARK: Entities of the running instance

  @inline(__always)
  func type(_ index: UInt32) -> TypeInfo? { pointee.instance.pointee.types[Int(index)] }

  @inline(__always)
  func memory(_ index: UInt32) -> UnsafeMutablePointer<WasmMemory>? {
    pointee.instance.pointee.memories[Int(index)]
  }

  @inline(__always)
  func table(_ index: UInt32) -> UnsafeMutablePointer<WasmTable>? {
    pointee.instance.pointee.tables[Int(index)]
  }

  func dataSegment(_ index: UInt32) -> UnsafeRawBufferPointer {
    let instance = pointee.instance.pointee
    return UnsafeRawBufferPointer(
      start: instance.data_bases[Int(index)], count: Int(instance.data_lengths[Int(index)]))
  }

  func elementSegment(_ index: UInt32) -> UnsafeBufferPointer<UInt64> {
    let instance = pointee.instance.pointee
    return UnsafeBufferPointer(
      start: instance.element_bases[Int(index)],
      count: Int(instance.element_lengths[Int(index)]))
  }

  // MARK: Bulk operations

  /// Bytes between two looks at the deadline.
  static var bulkStep: UInt64 { 1 << 20 }

  /// Spends the fuel of a bulk operation and runs it in steps, looking at the deadline in between. `body` gets each
  /// step's offset and length in bytes; `backwards` steps from the end.
  func inBulk(
    _ bytes: UInt64, backwards: Bool = false, _ body: (_ offset: Int, _ count: Int) -> Void
  ) -> Int32 {
    if bytes <= 16 {
      if bytes > 0 { body(0, Int(bytes)) }
      return Status.goOn
    }
    let status = spend(bytes / 16)
    if status != Status.goOn { return status }
    var done: UInt64 = 0
    while done < bytes {
      let step = Swift.min(bytes - done, Self.bulkStep)
      let offset = backwards ? bytes - done - step : done
      body(Int(offset), Int(step))
      done += step
      if done < bytes, withStore({ $0.isPastDeadline }) { return trap(.deadline) }
    }
    return Status.goOn
  }

  /// Takes fuel from the slice, and from the reserve when that is used up.
  func spend(_ units: UInt64) -> Int32 {
    pointee.fuel -= Int64(Swift.min(units, 1 << 60))
    return pointee.fuel < 0 ? ControlHelpers.refill(self, mayGiveWay: false) : Status.goOn
  }
}

extension UnsafeMutablePointer<WasmMemory> {
  var byteCount: UInt64 {
    pointee.shared_size.map { wasm_atomic_load64($0) } ?? pointee.size
  }

  /// Whether a range lies inside.
  func contains(_ start: UInt64, _ count: UInt64) -> Bool {
    let size = byteCount
    return count <= size && start <= size - count
  }
}

extension UnsafeMutablePointer<WasmTable> {
  func contains(_ start: UInt64, _ count: UInt64) -> Bool {
    count <= pointee.size && start <= pointee.size - count
  }
}

/// Whether a range lies within `size`.
func isInBounds(_ start: UInt64, _ count: UInt64, of size: UInt64) -> Bool {
  count <= size && start <= size - count
}
