// Type Checking of core modules and of what core instances supply to them. Whether types match is the core's rule; here
// is only why they do not.

import WasmSyntax

extension ComponentSubtyping {
  func check(_ id: ModuleTypeID, against other: ModuleTypeID) throws(SubtypingError) {
    if id == other { return }
    let type = types[id]
    let otherType = types[other]
    try lifted { () throws(ModuleError) in
      try arena.spend(
        type.imports.count + otherType.imports.count + otherType.exports.items.count)
    }
    var offers: [CoreImportName: ExternType] = [:]
    for item in otherType.imports { offers[CoreImportName(item)] = item.type }
    for item in type.imports {
      let name = "\(item.module)::\(item.name)"
      guard let offer = offers[CoreImportName(item)] else {
        throw .mismatch("missing expected import `\(name)`")
      }
      try within("type mismatch in import `\(name)`") { () throws(SubtypingError) in
        try check(offer, against: item.type)
      }
    }
    for item in otherType.exports.items {
      guard let export = type.exports[item.name] else {
        throw .mismatch("missing expected export `\(item.name)`")
      }
      try within("type mismatch in export `\(item.name)`") { () throws(SubtypingError) in
        try check(export, against: item.type)
      }
    }
  }

  /// Whether a core item can be used where `other` is expected.
  func check(_ type: ExternType, against other: ExternType) throws(SubtypingError) {
    guard type.kind == other.kind else {
      throw .mismatch("expected \(other.word), found \(type.word)")
    }
    if types.core.matches(type, other) { return }
    switch (type, other) {
    case (.function(let id), .function(let otherID)), (.tag(let id), .tag(let otherID)):
      throw .mismatch("expected: \(text(otherID)); found: \(text(id))")
    case (.global(let type), .global(let other)):
      if type.isMutable != other.isMutable {
        throw .mismatch("expected global to be \(other.isMutable ? "mutable" : "immutable")")
      }
      throw .mismatch(
        "expected global type \(other.valueType.shortText), found \(type.valueType.shortText)")
    case (.table(let type), .table(let other)):
      if type.addressType != other.addressType {
        throw .mismatch("mismatch in index type used for tables")
      }
      if type.element != other.element {
        throw .mismatch(
          "expected table element type \(other.element.shortText), found \(type.element.shortText)")
      }
      throw .mismatch("mismatch in table limits")
    case (.memory(let type), .memory(let other)):
      if type.isShared != other.isShared {
        throw .mismatch("mismatch in the shared flag for memories")
      }
      if type.addressType != other.addressType {
        throw .mismatch("mismatch in index type used for memories")
      }
      if type.pageSizeLog2 != other.pageSizeLog2 {
        throw .mismatch("mismatch in custom page size for memories")
      }
      throw .mismatch("mismatch in memory limits")
    default: throw .mismatch("expected \(other.word), found \(type.word)")
    }
  }

  /// A defined type as the text format writes a function type.
  private func text(_ id: CoreTypeID) -> String {
    guard let type = types.core.function(id) else { return "(type \(id))" }
    var text = "(func"
    if !type.parameters.isEmpty {
      text += " (param \(type.parameters.map(\.shortText).joined(separator: " ")))"
    }
    if !type.results.isEmpty {
      text += " (result \(type.results.map(\.shortText).joined(separator: " ")))"
    }
    return text + ")"
  }
}

/// The two-level name of a core import.
struct CoreImportName: Hashable {
  let module: ExactName
  let name: ExactName

  init(_ item: ResolvedCoreImport) {
    module = ExactName(item.module)
    name = ExactName(item.name)
  }
}

extension ExternType {
  /// How messages call it.
  var word: String {
    switch self {
    case .function: "func"
    case .table: "table"
    case .memory: "memory"
    case .global: "global"
    case .tag: "tag"
    }
  }
}

extension ValueType {
  /// As the text format abbreviates it.
  var shortText: String {
    guard isReference, isNullable, let abstract = heapType.abstract else { return text }
    return switch abstract {
    case .none: "nullref"
    case .nofunc: "nullfuncref"
    case .noextern: "nullexternref"
    case .noexn: "nullexnref"
    case .bottom, .any, .eq, .i31, .struct, .array, .func, .extern, .exn: "\(abstract.name)ref"
    }
  }
}
