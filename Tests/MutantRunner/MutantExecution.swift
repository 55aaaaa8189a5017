// Takes a mutant as far as it goes: parse, decode, validate, instantiate with made-up imports, call its exports.

import WasmExecution
import WasmSyntax
import WasmText

/// How far a mutant went.
enum MutantOutcome {
  case refused(ModuleError)
  case validated
  case executed
  /// It ran, and something about that was not as it should be.
  case wrong(String)
}

struct MutantExecution {
  private let fused: Engine
  private let unfused: Engine
  private let components: ComponentExecution

  init() {
    var configuration = EngineConfiguration()
    configuration.features = .all
    configuration.resources.fuel = 200_000
    configuration.resources.deadlineTicks = 20
    configuration.resources.memoryBytes = 64 << 20
    configuration.resources.memory64ReservationBytes = 64 << 20
    configuration.resources.tableElements = 1_000_000
    configuration.resources.gcHeapBytes = 32 << 20
    configuration.resources.stackBytes = 1 << 20
    configuration.resources.allStackBytes = 64 << 20
    fused = Engine(configuration: configuration)
    components = ComponentExecution(engine: fused)
    configuration.instructionFusion = false
    unfused = Engine(configuration: configuration)
  }

  func run(_ mutant: Mutant) -> MutantOutcome {
    do throws(ModuleError) {
      let binary =
        mutant.kind.isText
        ? try parseText(mutant.bytes, limits: fused.configuration.limits) : mutant.bytes
      if mutant.isComponent { return try components.run(Bytes(binary), seed: mutant.seed) }
      let trace = execute(try CoreModule(engine: fused, bytes: Bytes(binary)))
      guard trace.executed else { return .validated }
      let other = execute(try CoreModule(engine: unfused, bytes: Bytes(binary)))
      // How much gets done until a deadline is a matter of time.
      if trace == other || trace.wasInterrupted || other.wasInterrupted { return .executed }
      return .wrong("fused \(trace), unfused \(other)")
    } catch {
      return .refused(mutant.kind.isText ? locateInText(error, Bytes(mutant.bytes)) : error)
    }
  }

  private func execute(_ module: CoreModule) -> ExecutionTrace {
    var trace = ExecutionTrace()
    let store = CoreStore(engine: module.engine)
    let imports = ImportSource(store: store, module: module)
    var provided: [ExternValue] = []
    for declaration in module.syntax.imports {
      guard let value = imports.value(for: declaration.type) else { return trace }
      provided.append(value)
    }
    trace.executed = module.syntax.start != nil
    do throws(InstantiationError) {
      let instance = try store.instantiate(module, imports: provided)
      for export in module.syntax.exports.prefix(8) {
        guard case .function(let function)? = instance.export(named: export.name),
          Int(export.index) >= module.syntax.importedFunctionCount,
          let arguments = imports.defaults(function.type.parameters)
        else { continue }
        trace.executed = true
        trace.record(store, function, arguments)
      }
      trace.record(store, instance)
    } catch {
      trace.add(error)
    }
    return trace
  }
}

/// Makes something to import for every type that can be had without the module's help.
private struct ImportSource {
  let store: CoreStore
  let module: CoreModule

  func value(for type: ExternType) -> ExternValue? {
    switch type {
    case .function(let index):
      guard let type = module.types.function(at: index) else { return nil }
      let results = defaults(type.results)
      return store.makeFunction(type: type) { (_) throws(HostFailure) in
        guard let results else { throw .error(NoResult()) }
        return .values(results)
      }.map { .function($0) }
    case .table(let type): return (try? store.makeTable(canonical(type))).map { .table($0) }
    case .memory(let type): return (try? store.makeMemory(type)).map { .memory($0) }
    case .global(let type):
      let canonical = GlobalType(
        valueType: module.types.canonical(type.valueType), isMutable: type.isMutable)
      guard let value = defaults([canonical.valueType])?.first else { return nil }
      return store.makeGlobal(canonical, value).map { .global($0) }
    case .tag(let index):
      guard let type = module.types.function(at: index) else { return nil }
      return store.makeTag(type).map { .tag($0) }
    }
  }

  private func canonical(_ type: TableType) -> TableType {
    var type = type
    type.element = module.types.canonical(type.element)
    return type
  }

  /// Zeros and nulls; nil if a type has no such value.
  func defaults(_ types: [ValueType]) -> [Value]? {
    var values: [Value] = []
    for type in types {
      guard type.isDefaultable else { return nil }
      switch type.kind {
      case .i32: values.append(.i32(1))
      case .i64: values.append(.i64(1))
      case .f32: values.append(.f32(1))
      case .f64: values.append(.f64(1))
      case .v128: values.append(.v128(V128(low: 1, high: 1)))
      case .reference: values.append(.ref(.null))
      case .bottom: return nil
      }
    }
    return values
  }
}

/// How made-up functions fail that have no result to give.
private struct NoResult: Error {}
