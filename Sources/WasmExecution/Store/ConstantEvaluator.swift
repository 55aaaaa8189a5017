// Constant expressions (Validation, Instructions, Constant Expressions), evaluated once per instance straight from the
// module's bytes. The operand stack is the store's list of temporary roots, so that objects made half-way survive.

import CWasmExecution
import WasmBinary
import WasmSyntax

struct ConstantEvaluator {
  let store: CoreStore
  let instance: CoreInstance

  /// The expression's value as one or two slots.
  mutating func evaluate(_ range: ByteRange) throws(Trap) -> (low: UInt64, high: UInt64) {
    let bottom = store.temporaryRoots.count
    defer { store.temporaryRoots.removeSubrange(bottom...) }
    let bytes = instance.module.syntax.bytes
    defer { withExtendedLifetime(bytes) {} }
    var cursor = InstructionCursor(bytes, range: range)
    do throws(ModuleError) {
      while !cursor.isAtEnd {
        let opcode = try cursor.readOpcode()
        if opcode == .end { break }
        guard try step(opcode, &cursor) else { throw cursor.illegalOpcode(at: cursor.position) }
      }
    } catch {
      throw Trap(error.kind == .limit ? .gcHeapExhausted : .bug, detail: error.description)
    }
    let values = store.temporaryRoots.suffix(from: bottom)
    return (values.first ?? 0, values.dropFirst().first ?? 0)
  }

  /// Executes one instruction; false if it is not a constant one, which validation has ruled out.
  private func step(
    _ opcode: Opcode, _ cursor: inout InstructionCursor
  ) throws(ModuleError) -> Bool {
    switch opcode.rawValue {
    case 0x41: push(UInt64(UInt32(bitPattern: try cursor.readS32())))
    case 0x42: push(UInt64(bitPattern: try cursor.readS64()))
    case 0x43: push(UInt64(try cursor.readF32Bits()))
    case 0x44: push(try cursor.readF64Bits())
    case Opcode.v128Const.rawValue:
      let vector = try cursor.readV128()
      push(vector.low)
      push(vector.high)
    case 0x6A: binary { UInt64(UInt32(truncatingIfNeeded: $0 &+ $1)) }
    case 0x6B: binary { UInt64(UInt32(truncatingIfNeeded: $0 &- $1)) }
    case 0x6C: binary { UInt64(UInt32(truncatingIfNeeded: $0 &* $1)) }
    case 0x7C: binary { $0 &+ $1 }
    case 0x7D: binary { $0 &- $1 }
    case 0x7E: binary { $0 &* $1 }
    case Opcode.globalGet.rawValue:
      let global = instance.globals[Int(try cursor.readU32())]
      push(global.slots[0])
      if global.type.valueType.slots == 2 { push(global.slots[1]) }
    case Opcode.refNull.rawValue:
      _ = try cursor.readHeapType()
      push(0)
    case Opcode.refFunc.rawValue:
      let function = instance.record.pointee.functions[Int(try cursor.readU32())]
      push(UInt64(UInt(bitPattern: function)))
    case Opcode.refI31.rawValue: push((pop() << 1 | 1) & 0xFFFF_FFFF)
    case Opcode.anyConvertExtern.rawValue, Opcode.externConvertAny.rawValue: break
    default: return try stepAggregate(opcode, &cursor)
    }
    return true
  }

  private func stepAggregate(
    _ opcode: Opcode, _ cursor: inout InstructionCursor
  ) throws(ModuleError) -> Bool {
    switch opcode {
    case .structNew, .structNewDefault:
      let type = try readType(&cursor)
      let object = try require(store.heap.allocate(type, store: store), cursor)
      if opcode == .structNew { take(Aggregates.fieldSlots(type)) { object.setFields(from: $0) } }
      push(object.word)
    case .arrayNew, .arrayNewDefault:
      let type = try readType(&cursor)
      let length = UInt32(truncatingIfNeeded: pop())
      let object = try require(
        store.heap.allocateArray(type, length: length, store: store), cursor)
      if opcode == .arrayNew {
        take(Aggregates.elementSlots(type)) { object.fill(0..<UInt64(length), with: $0) }
      }
      push(object.word)
    case .arrayNewFixed:
      let type = try readType(&cursor)
      let length = try cursor.readU32()
      let object = try require(
        store.heap.allocateArray(type, length: length, store: store), cursor)
      take(Int(length) * Aggregates.elementSlots(type)) { object.setElements(from: $0) }
      push(object.word)
    default: return false
    }
    return true
  }

  private func readType(_ cursor: inout InstructionCursor) throws(ModuleError) -> TypeInfo {
    let index = try cursor.readU32()
    guard let info = instance.module.types.info(index) else {
      throw cursor.invalid("unknown type \(index)")
    }
    return info
  }

  private func require(
    _ object: GCObject?, _ cursor: InstructionCursor
  ) throws(ModuleError) -> GCObject {
    guard let object else {
      throw ModuleError(.limit, "no room for an object", at: .offset(cursor.offset))
    }
    return object
  }

  // MARK: Operands

  private func push(_ word: UInt64) { store.temporaryRoots.append(word) }

  private func pop() -> UInt64 { store.temporaryRoots.popLast() ?? 0 }

  private func binary(_ operation: (UInt64, UInt64) -> UInt64) {
    let right = pop()
    push(operation(pop(), right))
  }

  /// Pops so many slots, which `body` sees in order.
  private func take(_ count: Int, _ body: (UnsafePointer<UInt64>) -> Void) {
    let start = max(store.temporaryRoots.count - count, 0)
    store.temporaryRoots.withUnsafeBufferPointer { words in
      if let base = words.baseAddress { body(base + start) }
    }
    store.temporaryRoots.removeSubrange(start...)
  }
}
