// Component-level types as they stand in the binary: references are indices into the enclosing type index space.
// What they mean after aliases and resource substitution is the validator's business.

/// Primitive value types (Explainer, Type Definitions); raw values are the binary format's.
package enum PrimitiveValType: UInt8, CaseIterable, Hashable, Sendable {
  case bool = 0x7F
  case s8 = 0x7E
  case u8 = 0x7D
  case s16 = 0x7C
  case u16 = 0x7B
  case s32 = 0x7A
  case u32 = 0x79
  case s64 = 0x78
  case u64 = 0x77
  case f32 = 0x76
  case f64 = 0x75
  case char = 0x74
  case string = 0x73
  case errorContext = 0x64

  /// Keyword of the text format.
  package var name: StaticString {
    switch self {
    case .bool: "bool"
    case .s8: "s8"
    case .u8: "u8"
    case .s16: "s16"
    case .u16: "u16"
    case .s32: "s32"
    case .u32: "u32"
    case .s64: "s64"
    case .u64: "u64"
    case .f32: "f32"
    case .f64: "f64"
    case .char: "char"
    case .string: "string"
    case .errorContext: "error-context"
    }
  }
}

/// `valtype`: a primitive type or the index of a defined value type.
package enum ValType: Hashable, Sendable {
  case primitive(PrimitiveValType)
  case index(UInt32)
}

/// A labelled type: record field or function parameter.
package struct LabelledValType: Hashable, Sendable {
  package var label: String
  package var type: ValType
  package init(_ label: String, _ type: ValType) {
    self.label = label
    self.type = type
  }
}

/// A case of a variant.
package struct VariantCase: Hashable, Sendable {
  package var label: String
  package var type: ValType?
  package init(_ label: String, _ type: ValType?) {
    self.label = label
    self.type = type
  }
}

/// `defvaltype` (Binary Format, Type Definitions).
package enum DefValType: Hashable, Sendable {
  case primitive(PrimitiveValType)
  case record([LabelledValType])
  case variant([VariantCase])
  case list(ValType)
  case fixedLengthList(ValType, UInt32)
  case tuple([ValType])
  case flags([String])
  case `enum`([String])
  case option(ValType)
  case result(ValType?, error: ValType?)
  case own(UInt32)
  case borrow(UInt32)
  case stream(ValType?)
  case future(ValType?)
  case map(key: ValType, value: ValType)
}

/// `functype`.
package struct ComponentFunctionType: Hashable, Sendable {
  package var isAsync: Bool
  package var parameters: [LabelledValType]
  package var result: ValType?
  package init(isAsync: Bool, parameters: [LabelledValType], result: ValType?) {
    self.isAsync = isAsync
    self.parameters = parameters
    self.result = result
  }
}

/// `resourcetype`.
package struct ResourceTypeDefinition: Hashable, Sendable {
  /// i32, or i64 with the memory64 feature.
  package var representation: ValueType
  package var destructor: UInt32?
  package init(representation: ValueType, destructor: UInt32?) {
    self.representation = representation
    self.destructor = destructor
  }
}

/// `deftype`.
package indirect enum ComponentTypeDefinition: Sendable {
  case value(DefValType)
  case function(ComponentFunctionType)
  case component([ComponentDeclarator])
  case instance([ComponentDeclarator])
  case resource(ResourceTypeDefinition)
}

/// `componentdecl` and `instancedecl`; only component types hold imports.
package struct ComponentDeclarator: Sendable {
  package indirect enum Kind: Sendable {
    case coreType(CoreTypeDefinition)
    case type(ComponentTypeDefinition)
    case alias(Alias)
    case `import`(ComponentImport)
    case export(ExternName, ComponentExternType)
  }
  package var kind: Kind
  package var offset: Int
  package init(_ kind: Kind, offset: Int) {
    self.kind = kind
    self.offset = offset
  }
}

/// `externtype`.
package enum ComponentExternType: Hashable, Sendable {
  case coreModule(type: UInt32)
  case function(type: UInt32)
  case value(ValueBound)
  case type(TypeBound)
  case component(type: UInt32)
  case instance(type: UInt32)

  package var sort: Sort {
    switch self {
    case .coreModule: .core(.module)
    case .function: .function
    case .value: .value
    case .type: .type
    case .component: .component
    case .instance: .instance
    }
  }
}

package enum TypeBound: Hashable, Sendable {
  case equal(UInt32)
  case subResource
}

package enum ValueBound: Hashable, Sendable {
  case equal(UInt32)
  case type(ValType)
}

/// `core:deftype` (Binary Format, Type Definitions): a recursion group of WebAssembly 3.0, or a module type.
package enum CoreTypeDefinition: Sendable {
  /// Supertypes and references inside are indices of the enclosing core type index space.
  case recursionGroup([SubType])
  case module([CoreModuleDeclarator])
}

/// `core:moduledecl`.
package enum CoreModuleDeclarator: Sendable {
  case `import`(Import)
  case type(CoreTypeDefinition)
  /// `alias outer count index (type)`.
  case outerAlias(count: UInt32, index: UInt32)
  case export(name: String, type: ExternType)
}
