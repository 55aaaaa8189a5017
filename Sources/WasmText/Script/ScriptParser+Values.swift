// Arguments and result patterns of scripts.

import WasmSyntax

extension ScriptParser {
  // MARK: Arguments

  /// A whole form.
  mutating func parseValue() throws(ModuleError) -> ScriptValue {
    let start = cursor.index
    cursor.advance()
    let token = cursor.token
    cursor.advance()
    let value: ScriptValue
    switch token.word.opcode {
    case .i32Const?: value = .i32(try expectI32())
    case .i64Const?: value = .i64(try cursor.expectInteger(bits: 64))
    case .f32Const?:
      value = .f32(bits: UInt32(truncatingIfNeeded: try cursor.expectFloat(.f32)))
    case .f64Const?: value = .f64(bits: try cursor.expectFloat(.f64))
    case .v128Const?:
      let (low, high) = try expectVectorBits()
      value = .v128(low: low, high: high)
    case .refNull?: value = .refNull(try expectHeapType())
    default:
      switch token.word.keyword {
      case .refExtern: value = .refExtern(try cursor.expectU32())
      case .refHost: value = .refHost(try cursor.expectU32())
      default:
        cursor.index = start
        cursor.skip()
        return .component(source, tokenIndex: start)
      }
    }
    try cursor.expectRightParen()
    return value
  }

  private mutating func expectI32() throws(ModuleError) -> UInt32 {
    UInt32(truncatingIfNeeded: try cursor.expectInteger(bits: 32))
  }

  private mutating func expectHeapType() throws(ModuleError) -> HeapType {
    guard let abstract = ModuleParser.abstractHeapType(at: cursor.token) else {
      throw cursor.unexpectedToken()
    }
    cursor.advance()
    return HeapType(abstract)
  }

  private mutating func expectVectorBits() throws(ModuleError) -> (low: UInt64, high: UInt64) {
    let bytes = try cursor.expectVector()
    func half(_ start: Int) -> UInt64 {
      (0..<8).reduce(0) { $0 | UInt64(bytes[start + $1]) << UInt64($1 * 8) }
    }
    return (half(0), half(8))
  }

  // MARK: Results

  /// A whole form. `either` holds results, which may not be `either` again.
  mutating func parseResult(allowsEither: Bool = true) throws(ModuleError) -> ResultPattern {
    let start = cursor.index
    cursor.advance()
    let token = cursor.token
    cursor.advance()
    let pattern: ResultPattern
    switch token.word.opcode {
    case .i32Const?: pattern = .i32(try expectI32())
    case .i64Const?: pattern = .i64(try cursor.expectInteger(bits: 64))
    case .f32Const?: pattern = .f32(try expectFloatPattern(.f32))
    case .f64Const?: pattern = .f64(try expectFloatPattern(.f64))
    case .v128Const?: pattern = .v128(try expectVectorPattern())
    case .refNull?: pattern = .refNull(cursor.isAtRightParen ? nil : try expectHeapType())
    case .refFunc?: pattern = .reference(.func)
    case .refEq?: pattern = .reference(.eq)
    case .refI31?: pattern = .reference(.i31)
    default:
      guard
        let other = try parseReferenceResult(token.word.keyword, allowsEither: allowsEither)
      else {
        cursor.index = start
        cursor.skip()
        return .component(source, tokenIndex: start)
      }
      pattern = other
    }
    try cursor.expectRightParen()
    return pattern
  }

  private mutating func parseReferenceResult(
    _ keyword: Keyword?, allowsEither: Bool
  ) throws(ModuleError) -> ResultPattern? {
    switch keyword {
    case .ref: return .reference(nil)
    case .refAny: return .reference(.any)
    case .refStruct: return .reference(.struct)
    case .refArray: return .reference(.array)
    case .refExn: return .reference(.exn)
    case .refExtern:
      return cursor.isAtRightParen ? .reference(.extern) : .refExtern(try cursor.expectU32())
    case .refHost: return .refHost(try cursor.expectU32())
    case .either where allowsEither:
      var patterns: [ResultPattern] = []
      while cursor.isAtLeftParen { patterns.append(try parseResult(allowsEither: false)) }
      guard !patterns.isEmpty else { throw cursor.unexpectedToken() }
      return .either(patterns)
    default: return nil
    }
  }

  private mutating func expectFloatPattern(
    _ format: FloatFormat
  ) throws(ModuleError) -> FloatPattern {
    if cursor.take(.nanCanonical) { return .canonicalNaN }
    if cursor.take(.nanArithmetic) { return .arithmeticNaN }
    return .bits(try cursor.expectFloat(format))
  }

  private mutating func expectVectorPattern() throws(ModuleError) -> VectorPattern {
    let isF32 = cursor.isAt(.f32x4)
    guard isF32 || cursor.isAt(.f64x2) else {
      let (low, high) = try expectVectorBits()
      return .bits(low: low, high: high)
    }
    cursor.advance()
    var lanes: [FloatPattern] = []
    for _ in 0..<(isF32 ? 4 : 2) { lanes.append(try expectFloatPattern(isF32 ? .f32 : .f64)) }
    return isF32 ? .f32x4(lanes) : .f64x2(lanes)
  }
}
