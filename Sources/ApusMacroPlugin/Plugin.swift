// The compiler's side of the macros.

import SwiftCompilerPlugin
import SwiftSyntaxMacros

@main
struct ApusMacroPlugin: CompilerPlugin {
  let providingMacros: [any Macro.Type] = [
    ComponentRecordMacro.self, ComponentVariantMacro.self, ComponentEnumMacro.self,
    ComponentFlagsMacro.self, ComponentNameMacro.self,
  ]
}
