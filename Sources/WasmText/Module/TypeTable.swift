// What the parser has to know about types: which function type a type use means, and how many parameters it has.

import WasmSyntax

/// The type section being built.
struct TypeTable {
  /// By type index; nil for types other than functions.
  private var functionTypes: [FunctionType?] = []
  /// The first type that an inline function type stands for: final, without supertypes, alone in its recursion group.
  private var plainFunctionTypes: [FunctionType: UInt32] = [:]

  var count: Int { functionTypes.count }

  func functionType(at index: UInt32) -> FunctionType? {
    index < functionTypes.count ? functionTypes[Int(index)] : nil
  }

  func index(of type: FunctionType) -> UInt32? { plainFunctionTypes[type] }

  mutating func append(_ type: SubType, isAloneInGroup: Bool) {
    guard case .function(let function) = type.composite else { return functionTypes.append(nil) }
    let index = UInt32(truncatingIfNeeded: functionTypes.count)
    functionTypes.append(function)
    guard isAloneInGroup, type.isFinal, type.supertypes.isEmpty,
      plainFunctionTypes[function] == nil
    else { return }
    plainFunctionTypes[function] = index
  }
}
