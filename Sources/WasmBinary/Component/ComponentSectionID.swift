// Component Binary Format, Component Definitions: the sections and the preamble that tells a component from a module.

import WasmSyntax

/// The sections of a component by their id. They may come in any order and any number of times.
package enum ComponentSectionID: UInt8, CaseIterable, Sendable {
  case custom = 0
  case coreModule = 1
  case coreInstance = 2
  case coreType = 3
  case component = 4
  case instance = 5
  case alias = 6
  case type = 7
  case canon = 8
  case start = 9
  case `import` = 10
  case export = 11
  case value = 12
}

/// `preamble`: eight bytes in front of every module and component.
package enum Preamble {
  package static let magic: [UInt8] = [0x00, 0x61, 0x73, 0x6D]
  /// Version 0x0D in layer 1.
  package static let component: [UInt8] = magic + [0x0D, 0x00, 0x01, 0x00]
  /// Version 1 in layer 0.
  package static let module: [UInt8] = magic + [0x01, 0x00, 0x00, 0x00]

  /// Whether the bytes claim to be a component: right magic, layer 1. The version is the decoder's to check.
  package static func isComponent(_ bytes: Bytes) -> Bool {
    bytes.withUnsafeBytes { buffer in
      buffer.count >= 8 && buffer.prefix(4).elementsEqual(magic) && buffer[6] == 1 && buffer[7] == 0
    }
  }
}

extension ComponentDefinition.Kind {
  /// The section that holds the definition.
  package var section: ComponentSectionID {
    switch self {
    case .coreModule: .coreModule
    case .coreInstance: .coreInstance
    case .coreType: .coreType
    case .component: .component
    case .instance: .instance
    case .alias: .alias
    case .type: .type
    case .canon: .canon
    case .start: .start
    case .import: .import
    case .export: .export
    case .value: .value
    }
  }
}
