// A table of one store (Execution, Runtime Structure, Table Instances).

import CWasmExecution
import WasmSyntax

/// A table that instances of one store import and export.
package final class CoreTable {
  package unowned let store: CoreStore
  /// As declared, with canonical ids; the size now is `count`.
  package let type: TableType
  package let record: UnsafeMutablePointer<WasmTable>
  private var capacity: UInt64

  /// Whether elements can be objects of the collector.
  package let holdsObjects: Bool

  init(store: CoreStore, type: TableType, initial: UInt64) throws(InstantiationError) {
    guard store.takeTableElements(type.limits.minimum) else {
      throw .limit(
        LimitExceeded(.tables, "a table of \(type.limits.minimum) elements exceeds the limit"))
    }
    self.store = store
    self.type = type
    holdsObjects = !store.isFunctionType(type.element)
    capacity = type.limits.minimum
    record = .allocate(capacity: 1)
    var fields = WasmTable()
    guard let elements = Self.allocate(capacity) else {
      record.deallocate()
      throw .limit(
        LimitExceeded(.tables, "a table of \(type.limits.minimum) elements cannot be allocated"))
    }
    if initial != 0 { elements.initialize(repeating: initial, count: Int(capacity)) }
    fields.elements = elements
    fields.size = capacity
    fields.owner = Unmanaged.passUnretained(self).toOpaque()
    record.initialize(to: fields)
  }

  deinit {
    SystemMemory.free(record.pointee.elements)
    record.deallocate()
  }

  /// Null references.
  private static func allocate(_ count: UInt64) -> UnsafeMutablePointer<UInt64>? {
    guard count < 1 << 40 else { return nil }
    return SystemMemory.allocateZeroed(Int(count) * 8)?.assumingMemoryBound(to: UInt64.self)
  }

  /// Elements now.
  package var count: UInt64 { record.pointee.size }

  var words: UnsafeMutableBufferPointer<UInt64> {
    UnsafeMutableBufferPointer(start: record.pointee.elements, count: Int(count))
  }

  /// The element, nil out of bounds.
  package subscript(index: UInt64) -> Reference? {
    index < count ? store.rooted(record.pointee.elements[Int(index)]) : nil
  }

  /// Writes an element; false out of bounds or if the reference does not fit.
  package func set(_ index: UInt64, to value: Reference) -> Bool {
    guard index < count, store.accepts(.ref(value), as: type.element) else { return false }
    record.pointee.elements[Int(index)] = value.word
    return true
  }

  func canGrow(by delta: UInt64) -> Bool {
    let (new, overflow) = count.addingReportingOverflow(delta)
    let addressable: UInt64 = type.addressType == .i32 ? UInt64(UInt32.max) : .max
    let (sum, sumOverflow) = store.tableElements.addingReportingOverflow(delta)
    return !overflow && new <= min(type.limits.maximum ?? .max, addressable)
      && !sumOverflow && sum <= store.limits.tableElements
  }

  /// The old number of elements, nil if the table cannot grow by so many (Execution, Growing Tables).
  func grow(by delta: UInt64, with word: UInt64) -> UInt64? {
    guard canGrow(by: delta), store.takeTableElements(delta) else { return nil }
    let old = count
    let new = old + delta
    if new > capacity {
      let larger = max(new, min(capacity &* 2, store.limits.tableElements))
      guard let elements = Self.allocate(larger) else {
        store.tableElements -= delta
        return nil
      }
      elements.update(from: record.pointee.elements, count: Int(old))
      SystemMemory.free(record.pointee.elements)
      record.pointee.elements = elements
      capacity = larger
    }
    (record.pointee.elements + Int(old)).update(repeating: word, count: Int(delta))
    record.pointee.size = new
    return old
  }

  /// Grows from outside; nil if the reference does not fit or the table cannot grow by so much.
  package func grow(by delta: UInt64, filledWith value: Reference) -> UInt64? {
    store.accepts(.ref(value), as: type.element) ? grow(by: delta, with: value.word) : nil
  }
}

extension CoreStore {
  /// Counts elements against the limit.
  func takeTableElements(_ count: UInt64) -> Bool {
    let (sum, overflow) = tableElements.addingReportingOverflow(count)
    guard !overflow, sum <= limits.tableElements else { return false }
    tableElements = sum
    return true
  }
}
