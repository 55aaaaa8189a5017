// Translates the bytes of one validated function to instructions, in one pass from front to back.
//
// Operands are tracked symbolically (Operand.swift), so that `local.get` and constants cost nothing until they are used,
// and the instruction emitted last may be taken back and emitted again together with the one that uses its result
// (fusion). With fusion off every value goes through its slot; results, traps and fuel are the same.

import CWasmExecution
import WasmBinary
import WasmSyntax

/// The state of translating one function.
struct FunctionTranslator: ~Copyable {
  let module: CoreModule
  let fusion: Bool
  let rows: UnsafePointer<HandlerRow>
  /// Whether memory 0 has 32-bit addresses, and with them the fast forms of access.
  let hasFastMemory: Bool

  var reader: InstructionCursor
  /// Where the instruction being translated starts in the module.
  var offset: UInt32 = 0

  var emitted = ScratchBuffer<EmittedInstruction>(capacity: 256)
  /// Instructions below this index are the targets of branches or precede one: fusion leaves them alone.
  var barrier = 0
  var constants = ScratchBuffer<UInt64>(capacity: 8)

  var operands = ScratchBuffer<Operand>(capacity: 64)
  /// Operands below this index do not refer to locals.
  var settled = 0
  /// Operands below this index are temporaries, so that filling them again costs nothing.
  var filled = 0
  var locals = ScratchBuffer<LocalVariable>(capacity: 32)
  /// Where the next operand's slot will be, and the end of all slots used so far.
  var top: Int32 = 0
  var frameEnd: Int32 = 0

  var frames = ScratchBuffer<ControlFrame>(capacity: 16)
  /// Whether the code being read can be reached; if not, nothing is emitted for it.
  var isReachable = true
  /// Instructions counted for the innermost open loop, or for the function outside loops.
  var fuel: Int32 = 0
  /// In the order in which they were opened, and the order in which they were closed.
  var handlers: [ExceptionHandler] = []
  var closedHandlers: [Int] = []
  /// Catch clauses whose targets are not yet known; `target` chains them.
  var clauses: [PendingClause] = []

  let resultType: BlockValues
  let argumentBytes: Int32
  /// Groups of four slots to zero at the start.
  var zeroGroups: Int32 = 0

  /// Displacements have 32 bits.
  private let maximumInstructions: Int

  struct PendingClause {
    var handler: Int
    var clause: Int
    var next: Int32
  }

  /// Translates a function defined in the module. Fails only where the module was not validated.
  static func translate(
    module: CoreModule, functionIndex: UInt32
  ) throws(ModuleError) -> FunctionTranslation {
    let syntax = module.syntax
    let defined = Int(functionIndex) - syntax.importedFunctionCount
    guard defined >= 0, defined < syntax.code.count,
      let code = module.code(ofFunction: functionIndex),
      let type = syntax.functionType(functionIndex)
    else { throw ModuleError(.invalid, "unknown function \(functionIndex)", at: .offset(0)) }
    var translator = FunctionTranslator(
      module: module, body: syntax.code[defined], argumentBytes: Int32(code.pointee.argument_bytes),
      results: BlockValues(
        slots: Int32(code.pointee.result_slots),
        type: valuesType(type.results, index: syntax.functions[Int(functionIndex)])))
    try translator.declareLocals(type.parameters)
    try translator.translateBody()
    return translator.finish()
  }

  private init(
    module: CoreModule, body: FunctionBody, argumentBytes: Int32, results: BlockValues
  ) {
    self.module = module
    maximumInstructions = min(module.engine.configuration.limits.functionInstructions, 1 << 24)
    self.argumentBytes = argumentBytes
    resultType = results
    fusion = module.engine.configuration.instructionFusion
    rows = HandlerTable.shared.rows
    hasFastMemory = module.syntax.memories.first?.addressType == .i32
    reader = InstructionCursor(
      module.syntax.bytes, range: body.locals.lowerBound..<body.body.upperBound)
  }

  private static func valuesType(_ types: [ValueType], index: UInt32) -> Int32 {
    guard types.contains(.v128) else { return -1 }
    return types.count == 1 ? -2 : Int32(bitPattern: index)
  }

  private mutating func declareLocals(_ parameters: [ValueType]) throws(ModuleError) {
    var slot = -argumentBytes
    for parameter in parameters {
      let isVector = parameter.slots == 2
      locals.append(LocalVariable(slot: slot, isVector: isVector))
      slot += isVector ? 16 : 8
    }
    slot = Int32(MemoryLayout<WasmFrame>.size)
    let start = slot
    for _ in 0..<(try reader.readU32()) {
      let count = Int(try reader.readU32())
      let isVector = try reader.readValueType() == .v128
      for _ in 0..<count {
        locals.append(LocalVariable(slot: slot, isVector: isVector))
        slot &+= isVector ? 16 : 8
      }
    }
    zeroGroups = (slot &- start &+ 31) / 32
    top = slot
    frameEnd = start &+ zeroGroups &* 32
    noteTop(slot &+ 8)
  }

  private mutating func translateBody() throws(ModuleError) {
    let entry =
      switch zeroGroups {
      case 0: special(WASM_SPECIAL_ENTRY_0)
      case 1: special(WASM_SPECIAL_ENTRY_1)
      case 2: special(WASM_SPECIAL_ENTRY_2)
      default: special(WASM_SPECIAL_ENTRY_N)
      }
    offset = UInt32(truncatingIfNeeded: reader.position)
    emit(entry, b: zeroGroups)
    barrier = emitted.count
    frames.append(
      ControlFrame(
        kind: .function, height: 0, slotBase: top, parameters: BlockValues(), results: resultType))
    while frames.count > 0 {
      if !isReachable { try skipUnreachable() }
      offset = UInt32(truncatingIfNeeded: reader.position)
      fuel &+= 1
      let opcode = try readOpcode()
      try translate(opcode)
      if emitted.count > maximumInstructions {
        throw ModuleError(.limit, "function too large", at: .offset(Int(offset)))
      }
    }
  }

  /// Lays out instructions and constants in one piece of memory and resolves the references between them.
  private consuming func finish() -> FunctionTranslation {
    let count = emitted.count
    let stride = MemoryLayout<WasmIns>.stride
    let poolStart = (count * stride + 15) & ~15
    let storage = UnsafeMutableRawPointer.allocate(
      byteCount: poolStart + constants.count * 8, alignment: 16)
    let instructions = storage.bindMemory(to: WasmIns.self, capacity: count)
    emitted.base[0].instruction.a = frameEnd
    emitted.base[0].instruction.d = fuel
    var offsets = InstructionOffsets(capacity: count + count / 8)
    for index in 0..<count {
      let record = emitted.base[index]
      var instruction = record.instruction
      if record.constants != 0 {
        let distance = Int32(truncatingIfNeeded: poolStart - index * stride)
        if record.constants & 1 != 0 { instruction.a &+= distance }
        if record.constants & 2 != 0 { instruction.b &+= distance }
        if record.constants & 4 != 0 { instruction.d &+= distance }
        if record.constants & 8 != 0 { instruction.t &+= distance }
      }
      (instructions + index).initialize(to: instruction)
      offsets.append(Int(record.offset))
    }
    let pool = (storage + poolStart).bindMemory(to: UInt64.self, capacity: constants.count)
    pool.initialize(from: constants.base, count: constants.count)
    return FunctionTranslation(
      storage: storage, instructionCount: count, frameSize: UInt32(frameEnd),
      handlers: closedHandlers.map { handlers[$0] }, offsets: offsets)
  }
}
