// Which rule types each opcode whose row says `*`, and which opcodes are constant.

import WasmSyntax

extension TypingTable {
  static let controlRules: [(Opcode, TypingRule)] = [
    (.unreachable, .unreachable), (.block, .block), (.loop, .loop), (.if, .if), (.else, .else),
    (.end, .end), (.br, .br), (.brIf, .brIf), (.brTable, .brTable), (.return, .return),
    (.call, .call), (.callIndirect, .callIndirect), (.callRef, .callRef),
    (.returnCall, .returnCall), (.returnCallIndirect, .returnCallIndirect),
    (.returnCallRef, .returnCallRef), (.throw, .throw), (.throwRef, .throwRef),
    (.tryTable, .tryTable),
  ]

  static let variableRules: [(Opcode, TypingRule)] = [
    (.drop, .drop), (.select, .select), (.selectTypes, .selectTypes), (.localGet, .localGet),
    (.localSet, .localSet), (.localTee, .localTee), (.globalGet, .globalGet),
    (.globalSet, .globalSet),
  ]

  static let bulkRules: [(Opcode, TypingRule)] = [
    (.tableGet, .tableGet), (.tableSet, .tableSet), (.tableGrow, .tableGrow),
    (.tableSize, .tableSize), (.tableFill, .tableFill), (.tableCopy, .tableCopy),
    (.tableInit, .tableInit), (.elemDrop, .elemDrop), (.memoryInit, .memoryInit),
    (.memoryCopy, .memoryCopy), (.memoryFill, .memoryFill), (.dataDrop, .dataDrop),
  ]

  static let referenceRules: [(Opcode, TypingRule)] = [
    (.refNull, .refNull), (.refIsNull, .refIsNull), (.refFunc, .refFunc), (.refEq, .refEq),
    (.refAsNonNull, .refAsNonNull), (.brOnNull, .brOnNull), (.brOnNonNull, .brOnNonNull),
    (.refTest, .refTest), (.refTestNull, .refTestNull), (.refCast, .refCast),
    (.refCastNull, .refCastNull), (.brOnCast, .brOnCast), (.brOnCastFail, .brOnCastFail),
    (.refI31, .refI31), (.i31GetS, .i31Get), (.i31GetU, .i31Get),
    (.anyConvertExtern, .anyConvertExtern), (.externConvertAny, .externConvertAny),
  ]

  static let aggregateRules: [(Opcode, TypingRule)] = [
    (.structNew, .structNew), (.structNewDefault, .structNewDefault), (.structGet, .structGet),
    (.structGetS, .structGetPacked), (.structGetU, .structGetPacked), (.structSet, .structSet),
    (.arrayNew, .arrayNew), (.arrayNewDefault, .arrayNewDefault),
    (.arrayNewFixed, .arrayNewFixed), (.arrayNewData, .arrayNewData),
    (.arrayNewElem, .arrayNewElem), (.arrayGet, .arrayGet), (.arrayGetS, .arrayGetPacked),
    (.arrayGetU, .arrayGetPacked), (.arraySet, .arraySet), (.arrayLen, .arrayLen),
    (.arrayFill, .arrayFill), (.arrayCopy, .arrayCopy), (.arrayInitData, .arrayInitData),
    (.arrayInitElem, .arrayInitElem),
  ]

  /// Validation, Constant Expressions. `global.get` is further restricted by its rule.
  static let constantOpcodes: [Opcode] =
    [
      .end, .i32Const, .i64Const, .f32Const, .f64Const, .v128Const, .globalGet, .refNull, .refFunc,
      .refI31, .structNew, .structNewDefault, .arrayNew, .arrayNewDefault, .arrayNewFixed,
      .anyConvertExtern, .externConvertAny,
    ] + extendedConstantOpcodes

  /// The arithmetic that the extended constants brought.
  static let extendedConstantOpcodes: [Opcode] = [
    .i32Add, .i32Sub, .i32Mul, .i64Add, .i64Sub, .i64Mul,
  ]
}
