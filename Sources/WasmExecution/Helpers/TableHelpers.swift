// table.grow, table.fill, table.copy, table.init, elem.drop (Execution, Table Instructions).

import CWasmExecution
import WasmSyntax

enum TableHelpers {
  static let all: [HelperTable.Entry] = [
    (
      UInt32(WASM_HELPER_TABLE_GROW),
      { context, slots, table, _ in guarded(context, slots) { grow($0, $1, table) } }
    ),
    (
      UInt32(WASM_HELPER_TABLE_FILL),
      { context, slots, table, _ in guarded(context, slots) { fill($0, $1, table) } }
    ),
    (
      UInt32(WASM_HELPER_TABLE_COPY),
      { context, slots, to, from in guarded(context, slots) { copy($0, $1, to, from) } }
    ),
    (
      UInt32(WASM_HELPER_TABLE_INIT),
      { context, slots, segment, table in
        guarded(context, slots) { initialize($0, $1, segment, table) }
      }
    ),
    (
      UInt32(WASM_HELPER_ELEMENT_DROP),
      { context, _, segment, _ in
        guarded(context) {
          CoreInstance.running($0)?.dropElements(segment)
          return Status.goOn
        }
      }
    ),
  ]

  private static func grow(_ context: GuestContext, _ slots: Slots, _ index: UInt32) -> Int32 {
    guard let owner = context.table(index)?.pointee.owner else {
      return context.bug("unknown table \(index)")
    }
    let (value, delta) = (slots[0], slots[1])
    var old: UInt64?
    let status = Unmanaged<CoreTable>.fromOpaque(owner)._withUnsafeGuaranteedRef { table in
      // A table that cannot grow costs nothing.
      guard table.canGrow(by: delta) else {
        old = table.type.addressType == .i64 ? .max : UInt64(UInt32.max)
        return Status.goOn
      }
      let status = context.spend(delta / 2)
      if status == Status.goOn {
        old =
          table.grow(by: delta, with: value)
          ?? (table.type.addressType == .i64 ? .max : UInt64(UInt32.max))
      }
      return status
    }
    if let old { slots[0] = old }
    return status
  }

  private static func fill(_ context: GuestContext, _ slots: Slots, _ index: UInt32) -> Int32 {
    let (to, value, count) = (slots[0], slots[1], slots[2])
    guard let table = context.table(index) else { return context.bug("unknown table \(index)") }
    guard table.contains(to, count) else { return context.trap(.tableOutOfBounds) }
    guard let elements = table.pointee.elements else { return Status.goOn }
    return context.inBulk(count * 8) { offset, step in
      (elements + Int(to) + offset / 8).update(repeating: value, count: step / 8)
    }
  }

  private static func copy(
    _ context: GuestContext, _ slots: Slots, _ toIndex: UInt32, _ fromIndex: UInt32
  ) -> Int32 {
    let (to, from, count) = (slots[0], slots[1], slots[2])
    guard let toTable = context.table(toIndex), let fromTable = context.table(fromIndex) else {
      return context.bug("unknown table")
    }
    guard toTable.contains(to, count), fromTable.contains(from, count) else {
      return context.trap(.tableOutOfBounds)
    }
    guard let toElements = toTable.pointee.elements, let fromElements = fromTable.pointee.elements
    else { return Status.goOn }
    let target = toElements + Int(to)
    let source = UnsafePointer(fromElements + Int(from))
    return context.inBulk(count * 8, backwards: UnsafePointer(target) > source) { offset, step in
      (target + offset / 8).update(from: source + offset / 8, count: step / 8)
    }
  }

  private static func initialize(
    _ context: GuestContext, _ slots: Slots, _ segmentIndex: UInt32, _ index: UInt32
  ) -> Int32 {
    let (to, from, count) = (slots[0], slots[1], slots[2])
    let segment = context.elementSegment(segmentIndex)
    guard let table = context.table(index) else { return context.bug("unknown table \(index)") }
    guard isInBounds(from, count, of: UInt64(segment.count)), table.contains(to, count) else {
      return context.trap(.tableOutOfBounds)
    }
    guard let source = segment.baseAddress, let elements = table.pointee.elements else {
      return Status.goOn
    }
    return context.inBulk(count * 8) { offset, step in
      (elements + Int(to) + offset / 8).update(
        from: source + Int(from) + offset / 8, count: step / 8)
    }
  }
}
