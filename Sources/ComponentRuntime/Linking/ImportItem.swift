// What a store is given for the imports of a root component.

import WasmExecution
import WasmSyntax
import WasmValidation

/// Something that can be imported.
package enum ImportItem {
  case function(HostFunction)
  case resource(HostResourceDefinition)
  /// Looked up by name.
  case instance((String) -> ImportItem?)
  case coreModule(CoreModule)
  case value(ComponentValue)
  /// An item of another instance of the same store.
  case linked(LinkedItem)

  /// How messages call it.
  package var word: String {
    switch self {
    case .function: "func"
    case .resource: "resource"
    case .instance: "instance"
    case .coreModule: "module"
    case .value: "value"
    case .linked(let item): item.word
    }
  }
}

/// Types that a host function insists on.
package struct HostSignature: Sendable {
  package let isAsync: Bool
  package let parameters: [HostValueType]
  package let result: HostValueType?

  package init(
    isAsync: Bool = false, _ parameters: [HostValueType] = [], result: HostValueType? = nil
  ) {
    self.isAsync = isAsync
    self.parameters = parameters
    self.result = result
  }
}

/// A value type as the host writes it; labels count, names of types do not.
package indirect enum HostValueType: Hashable, Sendable {
  case primitive(PrimitiveValType)
  case list(HostValueType)
  case fixedLengthList(HostValueType, UInt32)
  case map(HostValueType, HostValueType)
  case record([Field])
  case tuple([HostValueType])
  case variant([Case])
  case `enum`([String])
  case option(HostValueType)
  case result(HostValueType?, error: HostValueType?)
  case flags([String])
  case own
  case borrow
  case stream(HostValueType?)
  case future(HostValueType?)

  package struct Field: Hashable, Sendable {
    package let label: String
    package let type: HostValueType
    package init(_ label: String, _ type: HostValueType) {
      self.label = label
      self.type = type
    }
  }

  package struct Case: Hashable, Sendable {
    package let label: String
    package let type: HostValueType?
    package init(_ label: String, _ type: HostValueType? = nil) {
      self.label = label
      self.type = type
    }
  }

  /// The same type as a file has it. As deep as the type, which the validator limits.
  package init(_ id: ValueTypeID, in types: ComponentTypes) {
    func type(_ id: ValueTypeID) -> HostValueType { HostValueType(id, in: types) }
    self =
      switch types[id].shape {
      case .primitive(let primitive): .primitive(primitive)
      case .record(let fields): .record(fields.map { Field($0.label, type($0.type)) })
      case .variant(let cases): .variant(cases.map { Case($0.label, $0.type.map(type)) })
      case .list(let element): .list(type(element))
      case .fixedLengthList(let element, let length): .fixedLengthList(type(element), length)
      case .tuple(let elements): .tuple(elements.map(type))
      case .flags(let labels): .flags(labels)
      case .enum(let labels): .enum(labels)
      case .option(let element): .option(type(element))
      case .result(let ok, let error): .result(ok.map(type), error: error.map(type))
      case .own: .own
      case .borrow: .borrow
      case .stream(let element): .stream(element.map(type))
      case .future(let element): .future(element.map(type))
      case .map(let key, let value, entry: _): .map(type(key), type(value))
      }
  }
}

extension HostSignature {
  /// The signature of a function of a file.
  package init(_ type: ResolvedFunctionType, in types: ComponentTypes) {
    self.init(
      isAsync: type.isAsync, type.parameters.map { HostValueType($0.type, in: types) },
      result: type.result.map { HostValueType($0, in: types) })
  }

  package func matches(_ other: HostSignature) -> Bool {
    isAsync == other.isAsync && parameters == other.parameters && result == other.result
  }
}
