// Types of the Component Model as programs write and read them (Explainer, Type Definitions).

import ComponentRuntime
import WasmSyntax
import WasmValidation

/// The type of a `ComponentValue` (Explainer, Type Definitions). Labels count, names of types do not.
public indirect enum ValueType: Hashable, Sendable, CustomStringConvertible {
  /// `bool`
  case bool
  /// `s8`: -128 to 127.
  case s8
  /// `u8`: 0 to 255.
  case u8
  /// `s16`: -32,768 to 32,767.
  case s16
  /// `u16`: 0 to 65,535.
  case u16
  /// `s32`: 32 bits with a sign.
  case s32
  /// `u32`: 32 bits without a sign.
  case u32
  /// `s64`: 64 bits with a sign.
  case s64
  /// `u64`: 64 bits without a sign.
  case u64
  /// `f32`: single precision. Which NaN it is gets lost.
  case f32
  /// `f64`: double precision. Which NaN it is gets lost.
  case f64
  /// `char`: a Unicode scalar value.
  case char
  /// `string`: of scalar values, in whichever encoding the guest has.
  case string
  /// `error-context`
  case errorContext
  /// `list`: any number of elements.
  case list(ValueType)
  /// A list of so many elements.
  case fixedLengthList(ValueType, length: UInt32)
  /// `map`: pairs of a key and a value.
  case map(key: ValueType, value: ValueType)
  /// `record`: one or more fields.
  case record([Field])
  /// `tuple`: one or more values by position.
  case tuple([ValueType])
  /// `variant`: one of several cases.
  case variant([Case])
  /// `enum`: one of several labels.
  case `enum`([String])
  /// `option`: a value or none.
  case option(ValueType)
  /// `result`: success or failure, each with a value if its type is not nil.
  case result(ok: ValueType?, error: ValueType?)
  /// `flags`: any of up to 32 labels.
  case flags([String])
  /// An owned resource, whichever.
  case own
  /// A resource that is lent for the duration of a call, whichever.
  case borrow
  /// A stream of elements; of nothing but their number if the type is nil.
  case stream(ValueType?)
  /// `future`: one value later; nothing but that it is there if the type is nil.
  case future(ValueType?)

  /// A field of a record.
  public struct Field: Hashable, Sendable {
    /// The name.
    public var label: String
    /// The value's type.
    public var type: ValueType

    /// A field of this name and type.
    public init(_ label: String, _ type: ValueType) {
      self.label = label
      self.type = type
    }
  }

  /// A case of a variant.
  public struct Case: Hashable, Sendable {
    /// The name.
    public var label: String
    /// The payload's type; nil for none.
    public var type: ValueType?

    /// A case of this name, with a payload if a type is given.
    public init(_ label: String, _ type: ValueType? = nil) {
      self.label = label
      self.type = type
    }
  }

  /// Whether values of the type have resources in them.
  var mentionsResources: Bool {
    switch self {
    case .own, .borrow: true
    case .list(let type), .fixedLengthList(let type, length: _), .option(let type):
      type.mentionsResources
    case .map(let key, let value): key.mentionsResources || value.mentionsResources
    case .record(let fields): fields.contains { $0.type.mentionsResources }
    case .tuple(let types): types.contains { $0.mentionsResources }
    case .variant(let cases): cases.contains { $0.type?.mentionsResources == true }
    case .result(let ok, let error):
      ok?.mentionsResources == true || error?.mentionsResources == true
    case .stream(let type), .future(let type): type?.mentionsResources == true
    case .bool, .s8, .u8, .s16, .u16, .s32, .u32, .s64, .u64, .f32, .f64, .char, .string,
      .errorContext, .enum, .flags:
      false
    }
  }

  /// The type as WIT writes it, with the parts of records, variants, enums and flags in braces.
  public var description: String {
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
    case .list(let element): "list<\(element)>"
    case .fixedLengthList(let element, let length): "list<\(element), \(length)>"
    case .map(let key, let value): "map<\(key), \(value)>"
    case .record(let fields):
      "record { \(fields.map { "\($0.label): \($0.type)" }.joined(separator: ", ")) }"
    case .tuple(let elements): "tuple<\(elements.map(\.description).joined(separator: ", "))>"
    case .variant(let cases):
      "variant { \(cases.map(Self.text).joined(separator: ", ")) }"
    case .enum(let labels): "enum { \(labels.joined(separator: ", ")) }"
    case .option(let element): "option<\(element)>"
    case .result(nil, nil): "result"
    case .result(let ok, nil): "result<\(Self.text(ok))>"
    case .result(let ok, let error): "result<\(Self.text(ok)), \(Self.text(error))>"
    case .flags(let labels): "flags { \(labels.joined(separator: ", ")) }"
    case .own: "own"
    case .borrow: "borrow"
    case .stream(let element): element.map { "stream<\($0)>" } ?? "stream"
    case .future(let element): element.map { "future<\($0)>" } ?? "future"
    }
  }

  private static func text(_ type: ValueType?) -> String { type?.description ?? "_" }

  private static func text(_ item: Case) -> String {
    item.label + (item.type.map { "(\($0))" } ?? "")
  }
}

/// The type of a function (Explainer, Type Definitions, `functype`).
public struct FunctionType: Hashable, Sendable, CustomStringConvertible {
  /// Whether the function may wait: calls of it can be pending while others run.
  public var isAsync: Bool
  /// Names and types of the parameters, in order. Names do not count when types are compared.
  public var parameters: [ValueType.Field]
  /// The result's type; nil for none.
  public var result: ValueType?

  /// A type with these parameters and this result.
  public init(
    isAsync: Bool = false, parameters: [ValueType.Field] = [], result: ValueType? = nil
  ) {
    self.isAsync = isAsync
    self.parameters = parameters
    self.result = result
  }

  /// The type as WIT writes it.
  public var description: String {
    let parameters = parameters.map { $0.label.isEmpty ? "\($0.type)" : "\($0.label): \($0.type)" }
      .joined(separator: ", ")
    return (isAsync ? "async " : "") + "func(\(parameters))" + (result.map { " -> \($0)" } ?? "")
  }
}

/// What a component imports or exports under a name (Explainer, Import and Export Definitions).
public indirect enum ExternType: Hashable, Sendable, CustomStringConvertible {
  /// A function.
  case function(FunctionType)
  /// Items by name, in order.
  case instance([Extern])
  /// A resource type.
  case resource
  /// A type that is no resource: nothing at run time.
  case type
  /// A core module.
  case module
  /// A component.
  case component
  /// A value.
  case value(ValueType)

  /// The kind, and for functions and values the type.
  public var description: String {
    switch self {
    case .function(let type): type.description
    case .instance(let items): "instance with \(items.count) export\(items.count == 1 ? "" : "s")"
    case .resource: "resource"
    case .type: "type"
    case .module: "core module"
    case .component: "component"
    case .value(let type): "value \(type)"
    }
  }
}

/// An import or export of a component, or an item of an instance.
public struct Extern: Hashable, Sendable {
  /// The name, with version and interface if it has them.
  public let name: String
  /// What there is under the name.
  public let type: ExternType
}

// MARK: - Conversions

extension ValueType {
  init(_ id: ValueTypeID, in types: ComponentTypes) {
    func type(_ id: ValueTypeID) -> ValueType { ValueType(id, in: types) }
    self =
      switch types[id].shape {
      case .primitive(let primitive): ValueType(primitive)
      case .record(let fields): .record(fields.map { Field($0.label, type($0.type)) })
      case .variant(let cases): .variant(cases.map { Case($0.label, $0.type.map(type)) })
      case .list(let element): .list(type(element))
      case .fixedLengthList(let element, let length):
        .fixedLengthList(type(element), length: length)
      case .tuple(let elements): .tuple(elements.map(type))
      case .flags(let labels): .flags(labels)
      case .enum(let labels): .enum(labels)
      case .option(let element): .option(type(element))
      case .result(let ok, let error): .result(ok: ok.map(type), error: error.map(type))
      case .own: .own
      case .borrow: .borrow
      case .stream(let element): .stream(element.map(type))
      case .future(let element): .future(element.map(type))
      case .map(let key, let value, entry: _): .map(key: type(key), value: type(value))
      }
  }

  private init(_ primitive: PrimitiveValType) {
    self =
      switch primitive {
      case .bool: .bool
      case .s8: .s8
      case .u8: .u8
      case .s16: .s16
      case .u16: .u16
      case .s32: .s32
      case .u32: .u32
      case .s64: .s64
      case .u64: .u64
      case .f32: .f32
      case .f64: .f64
      case .char: .char
      case .string: .string
      case .errorContext: .errorContext
      }
  }

  /// The same in the runtime's words.
  var hostType: HostValueType {
    switch self {
    case .bool: .primitive(.bool)
    case .s8: .primitive(.s8)
    case .u8: .primitive(.u8)
    case .s16: .primitive(.s16)
    case .u16: .primitive(.u16)
    case .s32: .primitive(.s32)
    case .u32: .primitive(.u32)
    case .s64: .primitive(.s64)
    case .u64: .primitive(.u64)
    case .f32: .primitive(.f32)
    case .f64: .primitive(.f64)
    case .char: .primitive(.char)
    case .string: .primitive(.string)
    case .errorContext: .primitive(.errorContext)
    case .list(let element): .list(element.hostType)
    case .fixedLengthList(let element, let length): .fixedLengthList(element.hostType, length)
    case .map(let key, let value): .map(key.hostType, value.hostType)
    case .record(let fields): .record(fields.map { .init($0.label, $0.type.hostType) })
    case .tuple(let elements): .tuple(elements.map(\.hostType))
    case .variant(let cases): .variant(cases.map { .init($0.label, $0.type?.hostType) })
    case .enum(let labels): .enum(labels)
    case .option(let element): .option(element.hostType)
    case .result(let ok, let error): .result(ok?.hostType, error: error?.hostType)
    case .flags(let labels): .flags(labels)
    case .own: .own
    case .borrow: .borrow
    case .stream(let element): .stream(element?.hostType)
    case .future(let element): .future(element?.hostType)
    }
  }
}

extension FunctionType {
  init(_ type: ResolvedFunctionType, in types: ComponentTypes) {
    self.init(
      isAsync: type.isAsync,
      parameters: type.parameters.map {
        ValueType.Field($0.label, ValueType($0.type, in: types))
      },
      result: type.result.map { ValueType($0, in: types) })
  }
}

extension ExternType {
  init(_ type: ResolvedExternType, in types: ComponentTypes) {
    self =
      switch type {
      case .coreModule: .module
      case .function(let id): .function(FunctionType(types[id].type, in: types))
      case .value(let value): .value(ValueType(value.type, in: types))
      case .type(let type): type.isResourceType ? .resource : .type
      case .component: .component
      case .instance(let id): .instance(Extern.list(types[id].exports, in: types))
      }
  }
}

extension Extern {
  static func list(_ items: ExternItems, in types: ComponentTypes) -> [Extern] {
    items.items.map { Extern(name: $0.name.name, type: ExternType($0.type, in: types)) }
  }
}

extension TypeReference {
  var isResourceType: Bool {
    if case .resource = self { true } else { false }
  }
}
