// Branch hints become annotations, if parsing the text will make the same section of them again.

import WasmBinary
import WasmSyntax

struct PrintedHints {
  /// Which custom section the hints come from, nil if they are not used.
  private(set) var customIndex: Int?
  /// By function, then by offset in the body.
  private var hints: [UInt32: [UInt32: Bool]] = [:]

  init(_ module: Module, _ forms: EncodingForms) throws(ModuleError) {
    let index = module.customSections.firstIndex {
      $0.name.utf8.elementsEqual(BranchHintSection.name.utf8)
    }
    guard let index, Self.standsBeforeCode(module.customSections[index], forms) else { return }
    let section: BranchHintSection
    do throws(ModuleError) {
      guard let decoded = try BranchHintSection(of: module) else { return }
      section = decoded
    } catch {
      // Not in its grammar: just a custom section.
      return
    }
    guard try Self.isReproducible(section, module.customSections[index], module) else { return }
    customIndex = index
    for function in section.functions {
      hints[function.function] = Dictionary(
        uniqueKeysWithValues: function.hints.map { ($0.offset, $0.isLikely) })
    }
  }

  /// The hint for an instruction by its offset from the function's local declarations.
  func hints(of function: UInt32) -> [UInt32: Bool] { hints[function] ?? [:] }

  private static func standsBeforeCode(_ custom: CustomSection, _ forms: EncodingForms) -> Bool {
    guard let code = forms.sections.firstIndex(of: .code) else { return false }
    return custom.after == (code == 0 ? 0 : forms.sections[code - 1].rawValue)
  }

  private static func isReproducible(
    _ section: BranchHintSection, _ custom: CustomSection, _ module: Module
  ) throws(ModuleError) -> Bool {
    var writer = ByteWriter()
    writer.writeBranchHints(section)
    let isCanonical = module.bytes.slice(custom.payload).withUnsafeBytes {
      $0.elementsEqual(writer.bytes)
    }
    guard isCanonical, !section.functions.isEmpty else { return false }
    var previous: UInt32?
    for function in section.functions {
      guard previous.map({ $0 < function.function }) ?? true,
        let body = module.body(of: function.function)
      else { return false }
      previous = function.function
      guard try hintsFit(function.hints, body, module) else { return false }
    }
    return true
  }

  /// Whether the hints are in order and each lies at an instruction that takes one.
  private static func hintsFit(
    _ hints: [BranchHintSection.Hint], _ body: FunctionBody, _ module: Module
  ) throws(ModuleError) -> Bool {
    defer { withExtendedLifetime(module.bytes) {} }
    var rest = hints[...]
    var cursor = InstructionCursor(module.bytes, range: body.body)
    let start = body.locals.lowerBound
    try cursor.skipExpression { (definition, position) throws(ModuleError) in
      guard let hint = rest.first, Int(hint.offset) == position - start,
        definition.opcode == .if || definition.opcode == .brIf
      else { return }
      rest.removeFirst()
    }
    return rest.isEmpty && !hints.isEmpty
  }
}
