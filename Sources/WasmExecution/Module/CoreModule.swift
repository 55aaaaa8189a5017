// A core module that has been decoded, validated and tied to an engine: immutable but for its translations, which are
// made when a function is first called and published once for every store on every thread.

import CWasmExecution
import Synchronization
import WasmBinary
import WasmSyntax
import WasmValidation

/// A module ready to be instantiated in any store of its engine.
package final class CoreModule: @unchecked Sendable {
  // Invariant: `codes` points at one record per function defined in the module; after init they are only changed by
  // `translate`, under the lock of `translations`, and read with the ordering that `wasm_publish_entry` gives.
  package let engine: Engine
  package let syntax: Module
  /// The module's types, by type index, as canonical records.
  package let types: TypeHolder
  /// Positions of the exports by name.
  let exportIndices: [ExactName: Int]
  private let codes: UnsafeMutablePointer<WasmFunctionCode>
  private let translations: Mutex<[FunctionTranslation?]>
  private let cachedNames = Mutex<NameSection?>(nil)

  /// Decodes and validates a binary module.
  package convenience init(engine: Engine, bytes: Bytes) throws(ModuleError) {
    let configuration = engine.configuration
    let module = try validateModule(
      bytes, features: configuration.features, limits: configuration.limits)
    try self.init(engine: engine, validated: module)
  }

  /// Takes a module that has been validated.
  package init(engine: Engine, validated module: Module) throws(ModuleError) {
    self.engine = engine
    syntax = module
    types = try engine.types.register(module.types)
    var exportIndices: [ExactName: Int] = [:]
    exportIndices.reserveCapacity(module.exports.count)
    for (index, export) in module.exports.enumerated() {
      exportIndices[ExactName(export.name)] = index
    }
    self.exportIndices = exportIndices
    let count = module.code.count
    codes = .allocate(capacity: max(count, 1))
    translations = Mutex([FunctionTranslation?](repeating: nil, count: count))
    for index in 0..<count {
      let functionIndex = module.importedFunctionCount + index
      var code = WasmFunctionCode()
      code.lazy = wasm_lazy_ins()
      code.module = Unmanaged.passUnretained(self).toOpaque()
      code.index = UInt32(functionIndex)
      if let info = types.info(module.functions[functionIndex]) {
        code.parameter_slots = info.pointee.parameter_slots
        code.result_slots = info.pointee.result_slots
      }
      code.argument_bytes = 8 * max(code.parameter_slots, code.result_slots)
      (codes + index).initialize(to: code)
      codes[index].entry = lazyInstruction(of: codes + index)
    }
  }

  deinit { codes.deallocate() }

  private func lazyInstruction(
    of code: UnsafeMutablePointer<WasmFunctionCode>
  ) -> UnsafePointer<WasmIns> {
    let offset = MemoryLayout<WasmFunctionCode>.offset(of: \.lazy) ?? 0
    return UnsafePointer((UnsafeRawPointer(code) + offset).assumingMemoryBound(to: WasmIns.self))
  }

  /// The record of a function by function index; nil for imports and indices out of bounds.
  package func code(ofFunction index: UInt32) -> UnsafeMutablePointer<WasmFunctionCode>? {
    let defined = Int(index) - syntax.importedFunctionCount
    return defined >= 0 && defined < syntax.code.count ? codes + defined : nil
  }

  // MARK: Translation

  /// The translation of a function, made now if there is none yet.
  package func translation(ofFunction index: UInt32) throws(ModuleError) -> FunctionTranslation {
    let defined = Int(index) - syntax.importedFunctionCount
    guard defined >= 0, defined < syntax.code.count else {
      throw ModuleError(.invalid, "unknown function \(index)", at: .offset(0))
    }
    // Two threads may translate the same function at once; the first to be done is published.
    if let made = translations.withLock({ $0[defined] }) { return made }
    let made = try FunctionTranslator.translate(module: self, functionIndex: index)
    return translations.withLock { translations in
      if let earlier = translations[defined] { return earlier }
      translations[defined] = made
      made.publish(to: codes + defined)
      return made
    }
  }

  /// The translation if there is one.
  package func existingTranslation(ofFunction index: UInt32) -> FunctionTranslation? {
    let defined = Int(index) - syntax.importedFunctionCount
    guard defined >= 0, defined < syntax.code.count else { return nil }
    return translations.withLock { $0[defined] }
  }

  // MARK: Description

  /// The name section, read when first asked for.
  package var names: NameSection {
    cachedNames.withLock { names in
      if let names { return names }
      let read = NameSection(of: syntax, only: [.module, .functions])
      names = read
      return read
    }
  }

  /// A function's type in canonical ids.
  package func functionType(_ index: UInt32) -> FunctionType? {
    index < syntax.functions.count ? types.function(at: syntax.functions[Int(index)]) : nil
  }
}
