// The operand stack: pushing and popping with expectations, polymorphic where code cannot be reached.

import WasmBinary
import WasmSyntax

extension FunctionValidator {
  // MARK: Pushing

  @inline(__always)
  mutating func push(bits: UInt32) throws(ModuleError) {
    if operands.count == operands.capacity { try growOperands(by: 1) }
    operands.append(bits)
  }

  @inline(__always)
  mutating func push(_ type: ValueType) throws(ModuleError) { try push(bits: type.bits) }

  mutating func push(_ types: TypeRun) throws(ModuleError) {
    if operands.capacity - operands.count < types.count { try growOperands(by: types.count) }
    operands.append(types.base, count: types.count)
  }

  /// A few bytes of code can push a thousand values: the stack has a limit of its own.
  @inline(never)
  mutating func growOperands(by count: Int) throws(ModuleError) {
    let needed = operands.count + count
    guard needed <= context.limits.operands else {
      throw beyondLimit("\(needed) operands", context.limits.operands)
    }
    operands.grow(to: needed)
  }

  // MARK: Popping

  /// Pops an operand of the expected type.
  @inline(__always)
  mutating func pop(bits expected: UInt32) throws(ModuleError) {
    let top = operands.count &- 1
    if top >= height && operands[top] == expected {
      operands.count = top
    } else {
      try popOther(expected)
    }
  }

  @inline(__always)
  mutating func pop(_ expected: ValueType) throws(ModuleError) { try pop(bits: expected.bits) }

  @inline(never)
  private mutating func popOther(_ expected: UInt32) throws(ModuleError) {
    guard operands.count > height else {
      if isUnreachable { return }
      throw invalid("type mismatch: expected \(name(expected)) but the stack is empty")
    }
    let top = operands.count - 1
    let actual = operands[top]
    guard matches(actual, expected) else { throw mismatch(actual, expected) }
    operands.count = top
  }

  /// Whether any number of operands can be popped from here on. Asked where there are many, since a few bytes of code
  /// that cannot be reached can ask for thousands.
  @inline(__always)
  var isBottomless: Bool {
    mutating get { isUnreachable && operands.count == height }
  }

  mutating func pop(_ types: TypeRun) throws(ModuleError) {
    let bottom = operands.count &- types.count
    if bottom >= height && types.isEqual(to: operands.base + bottom) {
      operands.count = bottom
      return
    }
    var i = types.count
    while i > 0 {
      if isBottomless { return }
      i &-= 1
      try pop(bits: types[i])
    }
  }

  /// Pops whatever is there; bottom where code cannot be reached.
  mutating func popAny() throws(ModuleError) -> ValueType {
    guard operands.count > height else {
      if isUnreachable { return .bottom }
      throw invalid("type mismatch: expected a value but the stack is empty")
    }
    operands.count -= 1
    return ValueType(bits: operands.base[operands.count])
  }

  /// Pops a reference of any type; in unreachable code a reference to bottom.
  mutating func popReference() throws(ModuleError) -> ValueType {
    let type = try popAny()
    if type == .bottom { return ValueType(nullable: false, .bottom) }
    guard type.isReference else {
      throw invalid("type mismatch: expected a reference, found \(name(type.bits))")
    }
    return type
  }

  /// Checks the operands on top without popping them: what a branch that may not be taken does. Operands keep their own
  /// types, unlike with popping and pushing.
  mutating func checkTop(_ types: TypeRun) throws(ModuleError) {
    var top = operands.count
    var i = types.count
    while i > 0 {
      i &-= 1
      guard top > height else {
        if isUnreachable { return }
        throw invalid("type mismatch: expected \(name(types[i])) but the stack is empty")
      }
      top &-= 1
      guard matches(operands[top], types[i]) else { throw mismatch(operands[top], types[i]) }
    }
  }

  // MARK: Matching

  @inline(__always)
  mutating func matches(_ type: UInt32, _ other: UInt32) -> Bool {
    type == other || matches(ValueType(bits: type), ValueType(bits: other))
  }

  mutating func matches(_ types: TypeRun, _ others: TypeRun) -> Bool {
    guard types.count == others.count else { return false }
    for i in 0..<types.count where !matches(types[i], others[i]) { return false }
    return true
  }

  // MARK: Errors

  var errorPosition: ModuleError.Position { .offset(start + fileOffset) }

  @inline(never)
  func invalid(_ message: String) -> ModuleError {
    ModuleError(.invalid, message, at: errorPosition)
  }

  @inline(never)
  func mismatch(_ actual: UInt32, _ expected: UInt32) -> ModuleError {
    invalid("type mismatch: expected \(name(expected)), found \(name(actual))")
  }

  @inline(never)
  func beyondLimit(_ what: String, _ limit: Int) -> ModuleError {
    ModuleError(.limit, "\(what): the limit is \(limit)", at: errorPosition)
  }

  @inline(never)
  func disabled(_ feature: UInt8) -> ModuleError {
    guard let feature = Feature(rawValue: feature) else { return invalid("unknown feature") }
    return .disabled(feature, at: errorPosition)
  }

  mutating func require(_ feature: Feature) throws(ModuleError) {
    if !context.features.contains(feature) { throw .disabled(feature, at: errorPosition) }
  }

  func name(_ bits: UInt32) -> String { ValueType(bits: bits).text }
}

// The flat context as what subtyping is written against; these go around `context` for speed.
extension FunctionValidator {
  mutating func matches(_ type: ValueType, _ other: ValueType) -> Bool {
    FlatSubtyping(types: types).matches(type, other)
  }
}

/// Subtyping over records in flat memory.
struct FlatSubtyping: SubtypingContext {
  let types: UnsafePointer<TypeRecord>

  func kind(of id: UInt32) -> CompositeKind { types[Int(id)].kind }

  func supertype(of id: UInt32) -> UInt32? {
    let supertype = types[Int(id)].supertype
    return supertype == TypeRecord.none ? nil : supertype
  }
}
