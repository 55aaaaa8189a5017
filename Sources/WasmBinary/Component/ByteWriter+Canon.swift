// Component Binary Format, Canonical Definitions. What follows a built-in's opcode is the table's to say.

import WasmSyntax

extension ByteWriter {
  package mutating func writeCanon(_ canon: Canon) {
    switch canon {
    case .lift(let coreFunction, let options, let type):
      writeByte(0x00)
      writeByte(0x00)
      writeU32(coreFunction)
      writeCanonOptions(options)
      writeU32(type)
    case .lower(let function, let options):
      writeByte(0x01)
      writeByte(0x00)
      writeU32(function)
      writeCanonOptions(options)
    case .builtin(let builtin, let immediates):
      writeByte(builtin.rawValue)
      writeCanonImmediates(immediates, shape: builtin.definition.immediate)
    }
  }

  package mutating func writeCanonImmediates(
    _ immediates: CanonImmediates, shape: CanonImmediateShape
  ) {
    switch shape {
    case .none: break
    case .type: writeU32(immediates.type)
    case .typeOptions:
      writeU32(immediates.type)
      writeCanonOptions(immediates.options)
    case .typeAsync:
      writeU32(immediates.type)
      writeFlag(immediates.flag)
    case .async, .cancellable, .shared: writeFlag(immediates.flag)
    case .cancellableMemory:
      writeFlag(immediates.flag)
      writeU32(immediates.memory)
    case .options: writeCanonOptions(immediates.options)
    case .resultOptions:
      writeResultList(immediates.result)
      writeCanonOptions(immediates.options)
    case .valueTypeSlot:
      writeValueType(immediates.valueType)
      writeU32(immediates.slot)
    case .typeTable:
      writeU32(immediates.type)
      writeU32(immediates.table)
    case .sharedType:
      writeFlag(immediates.flag)
      writeU32(immediates.type)
    case .sharedTypeTable:
      writeFlag(immediates.flag)
      writeU32(immediates.type)
      writeU32(immediates.table)
    }
  }

  package mutating func writeCanonOptions(_ options: [CanonOption]) {
    writeCount(options.count)
    for option in options {
      switch option {
      case .stringEncoding(let encoding): writeByte(encoding.rawValue)
      case .memory(let index):
        writeByte(0x03)
        writeU32(index)
      case .realloc(let index):
        writeByte(0x04)
        writeU32(index)
      case .postReturn(let index):
        writeByte(0x05)
        writeU32(index)
      case .async: writeByte(0x06)
      case .callback(let index):
        writeByte(0x07)
        writeU32(index)
      }
    }
  }

  private mutating func writeFlag(_ flag: Bool) { writeByte(flag ? 0x01 : 0x00) }
}
