// Types one function body or constant expression after the other (Appendix, Validation Algorithm), reading each
// instruction once. Nothing is allocated per instruction, nothing recurses: operands, control frames and locals are flat
// stacks kept from body to body.
//
// An operand is a value type's bits with the index made canonical. Two equal words are the same type, and only when they
// differ is there subtyping to think about.

import WasmBinary
import WasmSyntax

/// A run of value types somewhere in flat memory.
struct TypeRun {
  var base: UnsafePointer<UInt32>
  var count: Int

  @inline(__always) subscript(index: Int) -> UInt32 {
    assert(index >= 0 && index < count)
    return base[index]
  }

  /// Whether the words are the same. Looks at all of them: that becomes vector code, and a branch to a label of many
  /// values costs next to nothing.
  @inline(__always)
  func isEqual(to other: UnsafePointer<UInt32>) -> Bool {
    var difference: UInt32 = 0
    for i in 0..<count { difference |= base[i] ^ other[i] }
    return difference == 0
  }

  /// Without the last one.
  var dropLast: TypeRun { TypeRun(base: base, count: count - 1) }
}

/// An open block.
struct ControlFrame {
  enum Kind: UInt8 { case block, loop, `if`, `else`, tryTable }
  var kind: Kind
  /// Whether the rest of the block cannot be reached: its operand stack is then polymorphic.
  var isUnreachable = false
  /// The operands below belong to enclosing blocks.
  var height: Int
  /// How many locals had been initialised when the block began.
  var initializedCount: Int
  var parameters: TypeRun
  var resultCount: Int
  /// Where the result types are; nil if there is one and `FunctionValidator.singles` has it.
  var results: UnsafePointer<UInt32>?
  /// The `br_table` that has checked this label already.
  var checkedBy = 0
}

/// The state of checking one function. Methods are `mutating` even where they only look: borrowing a noncopyable value
/// of this size for a call copies it (Swift 6.3), and that showed.
struct FunctionValidator: ~Copyable {
  let context: ModuleContext
  // What the context's buffers hold, without the way through them. `context` keeps them alive.
  let typings: UnsafePointer<Typing>
  let types: UnsafePointer<TypeRecord>
  let pool: UnsafePointer<UInt32>
  let memories: UnsafePointer<UInt32>
  let memoryCount: Int
  let globals: UnsafePointer<GlobalRecord>
  /// How many globals can be seen: a constant expression sees those before it.
  var globalCount: Int
  let functions: UnsafePointer<UInt32>
  let functionCount: Int
  /// Bit 63 stands for no feature.
  let featureBits: UInt64

  var operands = FlatStack<UInt32>(capacity: 256)
  var frames = FlatStack<ControlFrame>(capacity: 64)
  /// The result type of each open block that has just one and no parameters.
  var singles = FlatStack<UInt32>(capacity: 64)
  /// The top frame's height and reachability, at hand.
  var height = 0
  var isUnreachable = false
  var locals = LocalTypes()
  var isConstant = false
  /// Result types of the function.
  var returns: TypeRun
  /// Counts `br_table`s.
  var brTables = 0
  /// Where the instruction at hand begins.
  var start = 0
  /// Where the module begins in its file.
  let fileOffset: Int

  init(_ context: ModuleContext, fileOffset: Int) {
    self.context = context
    self.fileOffset = fileOffset
    typings = TypingTable.shared.base
    types = UnsafePointer(context.types.base)
    pool = UnsafePointer(context.pool.base)
    memories = UnsafePointer(context.memories.base)
    memoryCount = context.memories.count
    globals = UnsafePointer(context.globals.base)
    globalCount = context.globals.count
    functions = UnsafePointer(context.functions.base)
    functionCount = context.functions.count
    featureBits = context.features.bits | 1 << 63
    returns = TypeRun(base: UnsafePointer(context.pool.base), count: 0)
  }

  // MARK: Entry points

  /// Validation, Functions: a body whose local declarations have been found to be well-formed. `bytes` must be kept alive.
  mutating func validateBody(
    _ body: FunctionBody, type: Int, in bytes: Bytes
  ) throws(ModuleError) {
    let type = types[type]
    let parameters = TypeRun(base: pool + type.offset, count: type.count)
    returns = TypeRun(base: pool + type.offset + type.count, count: type.resultCount)
    isConstant = false
    locals.reset(to: parameters)
    var cursor = InstructionCursor(bytes, range: body.locals.lowerBound..<body.body.upperBound)
    try declareLocals(&cursor)
    reset()
    pushFrame(.block, parameters: TypeRun(base: pool, count: 0), results: returns)
    try run(&cursor)
    guard cursor.isAtEnd else { throw cursor.malformed("END opcode expected") }
  }

  /// Validation, Constant Expressions: one that sees the first `globals` globals.
  mutating func validateConstant(
    _ range: ByteRange, type: ValueType, globals: Int, in bytes: Bytes
  ) throws(ModuleError) {
    let all = globalCount
    globalCount = globals
    isConstant = true
    locals.reset(to: TypeRun(base: pool, count: 0))
    reset()
    pushFrame(.block, single: type.bits)
    returns = TypeRun(base: pool, count: 0)
    var cursor = InstructionCursor(bytes, range: range)
    try run(&cursor)
    globalCount = all
  }

  private mutating func reset() {
    operands.count = 0
    frames.count = 0
    singles.count = 0
    height = 0
    isUnreachable = false
  }

  private mutating func declareLocals(_ cursor: inout InstructionCursor) throws(ModuleError) {
    for _ in 0..<(try cursor.readCount()) {
      start = cursor.position
      let count = Int(try cursor.nextU32())
      let type = try readValueType(&cursor)
      guard locals.count + count <= context.limits.locals else {
        throw beyondLimit("\(locals.count + count) locals", context.limits.locals)
      }
      locals.append(count, type)
    }
  }

  // MARK: Instructions

  private mutating func run(_ cursor: inout InstructionCursor) throws(ModuleError) {
    while true {
      start = cursor.pointer - cursor.base
      let opcode = try cursor.nextOpcode()
      let typing = typings + opcode
      if featureBits &>> UInt64(typing.pointee.feature) & 1 == 0 {
        throw disabled(typing.pointee.feature)
      }
      if isConstant { try checkConstant(typing) }
      switch typing.pointee.rule {
      case .illegal: throw cursor.illegalOpcode(at: start)
      case .nop: break
      case .unary: try unary(typing)
      case .binary: try binary(typing)
      case .signature: try applySignature(typing)
      case .constI32:
        try cursor.skipSigned(bits: 32)
        try push(bits: Bits.i32)
      case .constI64:
        try cursor.skipSigned(bits: 64)
        try push(bits: Bits.i64)
      case .constF32:
        try cursor.nextBytes(4)
        try push(bits: Bits.f32)
      case .constF64:
        try cursor.nextBytes(8)
        try push(bits: Bits.f64)
      case .immediateThenSignature: try immediateThenSignature(typing, &cursor)
      case .memoryAccess: try memoryAccess(typing, &cursor)
      case .memorySize: try memorySize(typing, &cursor)
      case .localGet:
        let index = Int(try cursor.nextU32())
        if index < locals.nearCount, let type = locals.initializedNear(index) {
          try push(bits: type)
        } else {
          try localGet(index)
        }
      case .localSet: try localSet(Int(try cursor.nextU32()))
      case .localTee: try localTee(Int(try cursor.nextU32()))
      case .call: try call(&cursor)
      case .brIf: try brIf(&cursor)
      case .br: try br(&cursor)
      case .block: try block(.block, &cursor)
      case .end:
        try end()
        if frames.count == 0 { return }
      default: try runLessCommon(typing.pointee.rule, &cursor)
      }
    }
  }
}

/// The number types as operands. Constants of other rooms are fetched by a call, these are not.
enum Bits {
  static let i32: UInt32 = 1
  static let i64: UInt32 = 2
  static let f32: UInt32 = 3
  static let f64: UInt32 = 4
}
