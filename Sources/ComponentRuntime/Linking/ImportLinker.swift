// Makes what a root component imports out of what it is given, and says what does not fit: the validator has checked
// everything within the file, but knows nothing of what comes from outside.

import WasmExecution
import WasmSyntax
import WasmValidation

/// Links the imports of one root instance.
struct ImportLinker {
  private let store: ComponentStore
  private let environment: ComponentEnvironment
  private var types: ComponentTypes { environment.plan.types }

  init(_ store: ComponentStore, _ environment: ComponentEnvironment) {
    self.store = store
    self.environment = environment
  }

  /// The item as the component sees it; `place` says where it is, for messages. As deep as instance types are nested.
  func link(
    _ item: ImportItem, as type: ResolvedExternType, at place: String
  ) throws(ComponentFailure) -> LinkedItem {
    switch (item, type) {
    case (.function(let host), .function(let id)): return try link(host, id, place)
    case (.instance(let lookUp), .instance(let id)):
      return .instance(try link(lookUp, id, place))
    case (.resource(let definition), .type(.resource(let reference))):
      return .type(try bind(try store.resourceType(of: definition), to: reference, place))
    case (.coreModule(let module), .coreModule(let id)):
      try check(module, id, place)
      return .coreModule(module)
    case (.value(let value), .value(let type)):
      try check(value, type.type, place)
      return .value(value)
    case (.linked(let linked), _): return try link(linked, as: type, at: place)
    case (.function, _), (.instance, _), (.resource, _), (.coreModule, _), (.value, _):
      throw mismatch(place, type.word, item.word)
    }
  }

  private func mismatch(_ place: String, _ expected: String, _ found: String) -> ComponentFailure {
    .unlinkable("\(place): expected \(expected), found \(found)")
  }

  // MARK: Items of the host

  private func link(
    _ host: HostFunction, _ id: FunctionTypeID, _ place: String
  ) throws(ComponentFailure) -> LinkedItem {
    let type = types[id].type
    if let signature = host.signature, !signature.matches(HostSignature(type, in: types)) {
      throw .unlinkable("\(place): the function is not of the type that the host supplies")
    }
    let plans = environment.plan.functions
    return .function(
      try store.makeFunction(
        plans.plan(id), plans, environment.resources, .host(store.records.keep(host))))
  }

  private func link(
    _ lookUp: (String) -> ImportItem?, _ id: InstanceTypeID, _ place: String
  ) throws(ComponentFailure) -> LinkedItems {
    let items = LinkedItems()
    for export in types[id].exports.items {
      let name = export.name.name
      let inner = "\(place), export `\(name)`"
      if let found = lookUp(name) {
        items.append(name, try link(found, as: export.type, at: inner))
      } else if case .type(let type) = export.type {
        // Types that are no resources of their own are nothing at run time.
        items.append(name, .type(try known(type, inner)))
      } else {
        throw .unlinkable("\(inner) is missing")
      }
    }
    return items
  }

  /// An import that nobody supplies, nil if it cannot do without: what is nothing of its own at run time can.
  func linkUnsupplied(_ type: ResolvedExternType) -> LinkedItem? {
    do throws(ComponentFailure) {
      switch type {
      case .type(let type): return .type(try known(type, ""))
      case .instance(let id): return .instance(try link({ _ in nil }, id, ""))
      case .coreModule, .function, .value, .component: return nil
      }
    } catch {
      return nil
    }
  }

  /// A type that nobody supplies.
  private func known(
    _ type: TypeReference, _ place: String
  ) throws(ComponentFailure) -> ResourceTypeRef? {
    guard case .resource(let reference) = type else { return nil }
    guard let rt = environment.resources[reference.resource] else {
      throw .unlinkable("\(place): the resource is missing")
    }
    return rt
  }

  private func bind(
    _ rt: ResourceTypeRef, to reference: ResourceReference, _ place: String
  ) throws(ComponentFailure) -> ResourceTypeRef {
    let bound = try store.bind(reference.resource, to: rt, in: environment)
    guard bound.base == rt.base else {
      throw .unlinkable("\(place): resource types are not the same")
    }
    return bound
  }

  // MARK: Items of other instances

  private func link(
    _ item: LinkedItem, as type: ResolvedExternType, at place: String
  ) throws(ComponentFailure) -> LinkedItem {
    switch (item, type) {
    case (.function(let function), .function(let id)):
      let description = function.pointee.description.takeUnretainedValue()
      guard store.isFunction(description, id, environment) else {
        throw .unlinkable("\(place): the function is not of the declared type")
      }
    case (.instance(let items), .instance(let id)):
      let linked = LinkedItems()
      for export in types[id].exports.items {
        let name = export.name.name
        guard let found = items[name] else {
          throw .unlinkable("\(place), export `\(name)` is missing")
        }
        linked.append(
          name, try link(found, as: export.type, at: "\(place), export `\(name)`"))
      }
      return .instance(linked)
    case (.type(let rt), .type(let type)):
      guard case .resource(let reference) = type else {
        if rt != nil { throw mismatch(place, type.word, "resource") }
        break
      }
      guard let rt else { throw mismatch(place, "resource", "defined type") }
      return .type(try bind(rt, to: reference, place))
    case (.coreModule(let module), .coreModule(let id)): try check(module, id, place)
    case (.value(let value), .value(let type)): try check(value, type.type, place)
    // What a component imports and exports is looked at where it is instantiated and used.
    case (.component, .component): break
    case (.function, _), (.instance, _), (.type, _), (.coreModule, _), (.value, _),
      (.component, _):
      throw mismatch(place, type.word, item.word)
    }
    return item
  }

  private func check(
    _ value: ComponentValue, _ type: ValueTypeID, _ place: String
  ) throws(ComponentFailure) {
    let plan = try store.bind(
      ConversionPlan([type], in: types), types, environment.resources)
    do throws(ValueMismatch) {
      try ValueCheck.values(plan, [value], store.state, is64: false)
    } catch {
      throw .unlinkable("\(place): \(error.description)")
    }
  }

  /// Names and kinds; that types agree is asked again where the module is used.
  private func check(
    _ module: CoreModule, _ id: ModuleTypeID, _ place: String
  ) throws(ComponentFailure) {
    let declared = types[id]
    for item in declared.exports.items {
      let export = module.syntax.exports.first { ExactName($0.name) == ExactName(item.name) }
      guard let export, export.kind == item.type.kind else {
        throw .unlinkable("\(place): the module has no \(item.type.kind) named `\(item.name)`")
      }
    }
    for item in module.syntax.imports {
      let isDeclared = declared.imports.contains {
        ExactName($0.module) == ExactName(item.module) && ExactName($0.name) == ExactName(item.name)
          && $0.type.kind == item.type.kind
      }
      if !isDeclared {
        throw .unlinkable("\(place): the module imports `\(item.module)` `\(item.name)`")
      }
    }
  }
}
