// Whether what is given matches what a module imports (Execution, Modules, External Typing; Validation, Matching,
// External Types). Types are compared in canonical ids.

import CWasmExecution
import WasmSyntax
import WasmValidation

struct Linking {
  let store: CoreStore
  let module: CoreModule

  /// Checks all imports; the first that does not match is the error.
  func check(_ imports: [ExternValue]) throws(InstantiationError) {
    let declared = module.syntax.imports
    guard imports.count == declared.count else {
      throw .unlinkable("\(declared.count) imports are declared, \(imports.count) were given")
    }
    for (declaration, value) in zip(declared, imports) {
      guard value.store === store else {
        throw .unlinkable(
          "the import \(declaration.module).\(declaration.name) belongs to another store")
      }
      guard matches(value, declaration.type) else {
        throw .unlinkable(
          """
          incompatible import type for \(declaration.module).\(declaration.name): \
          expected \(describe(declaration.type)), found \(describe(value))
          """)
      }
    }
  }

  private func matches(_ value: ExternValue, _ declared: ExternType) -> Bool {
    switch (value, declared) {
    case (.function(let function), .function(type: let index)):
      guard let expected = module.types.info(index) else { return false }
      return TypeInfo(function.record.pointee.type).isSubtype(of: expected)
    case (.tag(let tag), .tag(type: let index)):
      return tag.functionInfo == module.types.info(index)
    case (.table(let table), .table(var expected)):
      expected.element = module.types.canonical(expected.element)
      return store.engine.types.matches(.table(table.currentType), .table(expected))
    case (.memory(let memory), .memory(let expected)):
      return store.engine.types.matches(.memory(memory.currentType), .memory(expected))
    case (.global(let global), .global(var expected)):
      expected.valueType = module.types.canonical(expected.valueType)
      return store.engine.types.matches(.global(global.type), .global(expected))
    default: return false
    }
  }

  // MARK: Descriptions

  private func describe(_ type: ExternType) -> String {
    switch type {
    case .function(type: let index):
      return "function " + describe(module.types.function(at: index))
    case .tag(type: let index): return "tag " + describe(module.types.function(at: index))
    case .table(var type):
      type.element = module.types.canonical(type.element)
      return describe(type)
    case .memory(let type): return describe(type)
    case .global(var type):
      type.valueType = module.types.canonical(type.valueType)
      return describe(type)
    }
  }

  private func describe(_ value: ExternValue) -> String {
    switch value {
    case .function(let function): "function " + describe(function.type)
    case .tag(let tag): "tag " + describe(tag.type)
    case .table(let table): describe(table.currentType)
    case .memory(let memory): describe(memory.currentType)
    case .global(let global): describe(global.type)
    }
  }

  private func describe(_ type: FunctionType?) -> String {
    guard let type else { return "?" }
    let parameters = type.parameters.map(describe).joined(separator: " ")
    let results = type.results.map(describe).joined(separator: " ")
    return "[\(parameters)] -> [\(results)]"
  }

  private func describe(_ type: TableType) -> String {
    "table \(describe(type.addressType, type.limits)) \(describe(type.element))"
  }

  private func describe(_ type: MemoryType) -> String {
    let shared = type.isShared ? " shared" : ""
    let pages =
      type.pageSizeLog2 == MemoryType.defaultPageSizeLog2
      ? "" : " with pages of 2^\(type.pageSizeLog2)"
    return "memory \(describe(type.addressType, type.limits))\(shared)\(pages)"
  }

  private func describe(_ type: GlobalType) -> String {
    type.isMutable
      ? "global (mut \(describe(type.valueType)))" : "global \(describe(type.valueType))"
  }

  private func describe(_ addressType: AddressType, _ limits: Limits) -> String {
    let prefix = addressType == .i64 ? "i64 " : ""
    return prefix + "\(limits.minimum)" + (limits.maximum.map { " \($0)" } ?? "")
  }

  private func describe(_ type: ValueType) -> String {
    switch type.kind {
    case .i32: "i32"
    case .i64: "i64"
    case .f32: "f32"
    case .f64: "f64"
    case .v128: "v128"
    case .bottom: "?"
    case .reference:
      "(ref \(type.isNullable ? "null " : "")"
        + (type.heapType.abstract.map { "\($0.name)" } ?? "$\(type.heapType.index ?? 0)") + ")"
    }
  }
}

extension CoreTable {
  /// The type with the size it has now, which is what imports are matched against.
  package var currentType: TableType {
    TableType(
      addressType: type.addressType,
      limits: Limits(minimum: count, maximum: type.limits.maximum), element: type.element)
  }
}

extension CoreMemory {
  /// The type with the size it has now, which is what imports are matched against.
  package var currentType: MemoryType {
    MemoryType(
      addressType: type.addressType,
      limits: Limits(minimum: pageCount, maximum: type.limits.maximum), isShared: shared != nil,
      pageSizeLog2: type.pageSizeLog2)
  }
}
