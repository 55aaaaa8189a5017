// Component-level types after resolution: closed, without indices into anybody's index space, immutable. This is what
// the validator compares and what linker and runtime read.

import WasmSyntax

/// A named part of a record or a parameter list.
package struct ResolvedField: Hashable, Sendable {
  package let label: String
  package let type: ValueTypeID
}

/// A case of a variant.
package struct ResolvedCase: Hashable, Sendable {
  package let label: String
  package let type: ValueTypeID?
}

/// `defvaltype` (Explainer, Type Definitions).
package enum ResolvedValueType: Hashable, Sendable {
  case primitive(PrimitiveValType)
  case record([ResolvedField])
  case variant([ResolvedCase])
  case list(ValueTypeID)
  case fixedLengthList(ValueTypeID, length: UInt32)
  case tuple([ValueTypeID])
  case flags([String])
  case `enum`([String])
  case option(ValueTypeID)
  case result(ValueTypeID?, error: ValueTypeID?)
  case own(ResourceReference)
  case borrow(ResourceReference)
  case stream(ValueTypeID?)
  case future(ValueTypeID?)
  /// `entry` is the tuple of key and value that the map is a list of.
  case map(key: ValueTypeID, value: ValueTypeID, entry: ValueTypeID)

  /// How messages call the type.
  package var word: String {
    switch self {
    case .primitive(let type): "\(type.name)"
    case .record: "record"
    case .variant: "variant"
    case .list: "list"
    case .fixedLengthList: "fixed-length list"
    case .tuple: "tuple"
    case .flags: "flags"
    case .enum: "enum"
    case .option: "option"
    case .result: "result"
    case .own: "own"
    case .borrow: "borrow"
    case .stream: "stream"
    case .future: "future"
    case .map: "map"
    }
  }

  /// Types that must have a name to be seen from outside (Explainer, External Visibility of Types).
  package var isNominal: Bool {
    switch self {
    case .record, .variant, .flags, .enum: true
    case .primitive, .list, .fixedLengthList, .tuple, .option, .result, .own, .borrow, .stream,
      .future, .map:
      false
    }
  }
}

/// `functype`.
package struct ResolvedFunctionType: Hashable, Sendable {
  package let isAsync: Bool
  package let parameters: [ResolvedField]
  package let result: ValueTypeID?
}

/// A type of any sort, as type index spaces hold it.
package enum TypeReference: Hashable, Sendable {
  case value(ValueTypeID)
  case function(FunctionTypeID)
  case instance(InstanceTypeID)
  case component(ComponentTypeID)
  case resource(ResourceReference)

  /// How messages call it.
  package var word: String {
    switch self {
    case .value: "defined type"
    case .function: "func"
    case .instance: "instance"
    case .component: "component"
    case .resource: "resource"
    }
  }
}

/// A value's type, and what it is equal to.
package struct ResolvedValue: Hashable, Sendable {
  package let type: ValueTypeID
  package let identity: ValueIdentity
}

/// `externtype`. A type is the type itself: whether it is abstract stands in the `boundResources` around it.
package enum ResolvedExternType: Hashable, Sendable {
  case coreModule(ModuleTypeID)
  case function(FunctionTypeID)
  case value(ResolvedValue)
  case type(TypeReference)
  case component(ComponentTypeID)
  case instance(InstanceTypeID)

  /// How messages call it.
  package var word: String {
    switch self {
    case .coreModule: "module"
    case .function: "func"
    case .value: "value"
    case .type: "type"
    case .component: "component"
    case .instance: "instance"
    }
  }
}

/// Items by name, in order. Names are compared exactly.
package struct ExternItems: Sendable {
  package private(set) var items: [(name: ExternName, type: ResolvedExternType)] = []
  private var positions: [ExactName: Int] = [:]

  package init() {}

  package var count: Int { items.count }

  /// Appends an item; false if there was one of this name.
  @discardableResult
  package mutating func append(_ name: ExternName, _ type: ResolvedExternType) -> Bool {
    let key = ExactName(name.name)
    guard positions[key] == nil else { return false }
    positions[key] = items.count
    items.append((name, type))
    return true
  }

  package func position(of name: String) -> Int? { positions[ExactName(name)] }

  package subscript(name: String) -> ResolvedExternType? {
    position(of: name).map { items[$0].type }
  }

  package subscript(position: Int) -> ResolvedExternType? {
    items.indices.contains(position) ? items[position].type : nil
  }

  /// The same names with other types.
  func mapTypes(
    _ transform: (ResolvedExternType) throws(ModuleError) -> ResolvedExternType
  ) throws(ModuleError) -> ExternItems {
    var copy = self
    for index in items.indices {
      let type = try transform(items[index].type)
      if type != items[index].type { copy.items[index].type = type }
    }
    return copy
  }
}

/// `instancetype`.
package struct ResolvedInstanceType: Sendable {
  package let exports: ExternItems
  /// Resource types that the instance type declares: fresh wherever it is used. The type of an instance that exists has
  /// none, since its resource types exist too.
  package let boundResources: [BoundResource]
}

/// `componenttype`. Also the type of every component.
package struct ResolvedComponentType: Sendable {
  package let imports: ExternItems
  package let exports: ExternItems
  /// Resource types that the importer chooses; a path begins with the import's position.
  package let importedResources: [BoundResource]
  /// Resource types that each instantiation makes; a path begins with the export's position.
  package let definedResources: [BoundResource]
}

/// An import or export of a core module; indices in `type` are `CoreTypeID`s.
package struct ResolvedCoreImport: Sendable {
  package let module: String
  package let name: String
  package let type: ExternType
}

/// Exports of a core module or instance, in order.
package struct CoreExports: Sendable {
  package private(set) var items: [(name: String, type: ExternType)] = []
  private var positions: [ExactName: Int] = [:]

  package init() {}

  @discardableResult
  package mutating func append(_ name: String, _ type: ExternType) -> Bool {
    let key = ExactName(name)
    guard positions[key] == nil else { return false }
    positions[key] = items.count
    items.append((name, type))
    return true
  }

  package subscript(name: String) -> ExternType? {
    positions[ExactName(name)].map { items[$0].type }
  }
}

/// `core:moduletype`.
package struct ResolvedModuleType: Sendable {
  package let imports: [ResolvedCoreImport]
  package let exports: CoreExports
}

/// A core instance's exports.
package struct ResolvedCoreInstanceType: Sendable {
  package let exports: CoreExports
}
