// Binary Format, Sections.

import WasmSyntax

/// The sections of a module by their id.
package enum SectionID: UInt8, CaseIterable, Sendable {
  case custom = 0
  case type = 1
  case `import` = 2
  case function = 3
  case table = 4
  case memory = 5
  case global = 6
  case export = 7
  case start = 8
  case element = 9
  case code = 10
  case data = 11
  case dataCount = 12
  case tag = 13

  /// Where the section stands among the non-custom ones. Ids were given out in order of invention, not of position.
  package var order: Int {
    switch self {
    case .custom: 0
    case .type: 1
    case .import: 2
    case .function: 3
    case .table: 4
    case .memory: 5
    case .tag: 6
    case .global: 7
    case .export: 8
    case .start: 9
    case .element: 10
    case .dataCount: 11
    case .code: 12
    case .data: 13
    }
  }

  package var name: StaticString {
    switch self {
    case .custom: "custom"
    case .type: "type"
    case .import: "import"
    case .function: "function"
    case .table: "table"
    case .memory: "memory"
    case .tag: "tag"
    case .global: "global"
    case .export: "export"
    case .start: "start"
    case .element: "element"
    case .dataCount: "data count"
    case .code: "code"
    case .data: "data"
    }
  }
}
