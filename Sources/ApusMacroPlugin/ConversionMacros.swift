// What the macros write: the requirements of `ComponentConvertible`, in an extension.

import SwiftSyntax
import SwiftSyntaxBuilder
import SwiftSyntaxMacros

/// The bodies of a conversion.
private struct Conversion {
  var type: String
  var lift: String
  var lower: String

  func extensions(
    of type: some TypeSyntaxProtocol, _ declaration: some DeclGroupSyntax
  ) throws -> [ExtensionDeclSyntax] {
    let access =
      declaration.modifiers.map(\.name.text).first { ["public", "package"].contains($0) }
      .map { $0 + " " } ?? ""
    return [
      try ExtensionDeclSyntax(
        """
        extension \(type.trimmed): Apus.ComponentConvertible {
          \(raw: access)static var componentType: Apus.ValueType {
            \(raw: self.type)
          }

          \(raw: access)static func lift(
            from source: borrowing Apus.ComponentSource
          ) throws(Apus.ConversionError) -> Self {
            \(raw: lift)
          }

          \(raw: access)func lower(
            to destination: borrowing Apus.ComponentDestination
          ) throws(Apus.ConversionError) {
            \(raw: lower)
          }
        }
        """)
    ]
  }
}

extension Member {
  fileprivate var typeText: String { type.map { "(\($0)).componentType" } ?? "nil" }
}

/// `@ComponentRecord`
package struct ComponentRecordMacro: ExtensionMacro {
  package static func expansion(
    of node: AttributeSyntax, attachedTo declaration: some DeclGroupSyntax,
    providingExtensionsOf type: some TypeSyntaxProtocol, conformingTo protocols: [TypeSyntax],
    in context: some MacroExpansionContext
  ) throws -> [ExtensionDeclSyntax] {
    let fields = try storedProperties(of: declaration, "ComponentRecord")
    let types = fields.map { ".init(\"\($0.label)\", \($0.typeText))" }
    let arguments = fields.enumerated().map { "\($1.name): try source.field(\($0))" }
    let lowered = fields.enumerated().map { "try destination.field(\($0), self.\($1.name))" }
    return try Conversion(
      type: ".record([\(types.joined(separator: ", "))])",
      lift: "Self(\(arguments.joined(separator: ", ")))",
      lower: lowered.joined(separator: "\n")
    ).extensions(of: type, declaration)
  }
}

/// `@ComponentFlags`
package struct ComponentFlagsMacro: ExtensionMacro {
  package static func expansion(
    of node: AttributeSyntax, attachedTo declaration: some DeclGroupSyntax,
    providingExtensionsOf type: some TypeSyntaxProtocol, conformingTo protocols: [TypeSyntax],
    in context: some MacroExpansionContext
  ) throws -> [ExtensionDeclSyntax] {
    let flags = try storedProperties(of: declaration, "ComponentFlags")
    for flag in flags where flag.type?.trimmedDescription != "Bool" {
      throw Problem.at(flag.syntax, "a flag is a `Bool`")
    }
    if flags.count > 32 { throw Problem.at(flags[32].syntax, "there can be 32 flags") }
    let labels = flags.map { "\"\($0.label)\"" }.joined(separator: ", ")
    let arguments = flags.enumerated().map { "\($1.name): flags & (1 << \($0)) != 0" }
    let bits = flags.enumerated().map { "if self.\($1.name) { flags |= 1 << \($0) }" }
    return try Conversion(
      type: ".flags([\(labels)])",
      lift: """
        let flags = try source.flags()
        return Self(\(arguments.joined(separator: ", ")))
        """,
      lower: """
        var flags: UInt32 = 0
        \(bits.joined(separator: "\n"))
        try destination.setFlags(flags)
        """
    ).extensions(of: type, declaration)
  }
}

/// `@ComponentVariant`
package struct ComponentVariantMacro: ExtensionMacro {
  package static func expansion(
    of node: AttributeSyntax, attachedTo declaration: some DeclGroupSyntax,
    providingExtensionsOf type: some TypeSyntaxProtocol, conformingTo protocols: [TypeSyntax],
    in context: some MacroExpansionContext
  ) throws -> [ExtensionDeclSyntax] {
    let cases = try cases(of: declaration, "ComponentVariant")
    let types = cases.map {
      $0.type == nil ? ".init(\"\($0.label)\")" : ".init(\"\($0.label)\", \($0.typeText))"
    }
    return try switches(cases, type: ".variant([\(types.joined(separator: ", "))])")
      .extensions(of: type, declaration)
  }
}

/// `@ComponentEnum`
package struct ComponentEnumMacro: ExtensionMacro {
  package static func expansion(
    of node: AttributeSyntax, attachedTo declaration: some DeclGroupSyntax,
    providingExtensionsOf type: some TypeSyntaxProtocol, conformingTo protocols: [TypeSyntax],
    in context: some MacroExpansionContext
  ) throws -> [ExtensionDeclSyntax] {
    let cases = try cases(of: declaration, "ComponentEnum")
    for item in cases where item.type != nil {
      throw Problem.at(item.syntax, "a case of an enum has no associated value")
    }
    let labels = cases.map { "\"\($0.label)\"" }.joined(separator: ", ")
    return try switches(cases, type: ".enum([\(labels)])").extensions(of: type, declaration)
  }
}

/// Conversions of what has cases.
private func switches(_ cases: [Member], type: String) -> Conversion {
  let lifted = cases.enumerated().map { index, item in
    let label = item.argumentLabel.map { "\($0): " } ?? ""
    let payload =
      item.type == nil ? "" : "(\(label)try source.payload(ofCase: \(index)))"
    return "case \(index): return .\(item.name)\(payload)"
  }
  let lowered = cases.enumerated().map { index, item in
    item.type == nil
      ? "case .\(item.name): try destination.setCase(\(index))"
      : "case .\(item.name)(let payload): try destination.setCase(\(index), payload)"
  }
  return Conversion(
    type: type,
    lift: """
      switch try source.caseIndex() {
      \(lifted.joined(separator: "\n"))
      default: throw Apus.ConversionError("there is no such case")
      }
      """,
    lower: """
      switch self {
      \(lowered.joined(separator: "\n"))
      }
      """)
}

/// `@ComponentName`, which the others read.
package struct ComponentNameMacro: PeerMacro {
  package static func expansion(
    of node: AttributeSyntax, providingPeersOf declaration: some DeclSyntaxProtocol,
    in context: some MacroExpansionContext
  ) -> [DeclSyntax] { [] }
}
