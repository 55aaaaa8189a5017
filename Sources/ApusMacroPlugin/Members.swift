// What the macros read of a declaration: stored properties and cases, with the names that components know them by.

import SwiftDiagnostics
import SwiftSyntax
import SwiftSyntaxMacros

/// An error at a place in the program.
struct Problem: DiagnosticMessage, Error {
  let message: String
  var diagnosticID: MessageID { MessageID(domain: "ApusMacros", id: "declaration") }
  var severity: DiagnosticSeverity { .error }

  /// Reports the problem there.
  static func at(_ node: some SyntaxProtocol, _ message: String) -> DiagnosticsError {
    DiagnosticsError(diagnostics: [Diagnostic(node: node, message: Problem(message: message))])
  }
}

/// A stored property, or a case.
struct Member {
  /// As the program writes it.
  let name: String
  /// As the component's type has it.
  let label: String
  /// The type of the property or the associated value; nil for a case without one.
  let type: TypeSyntax?
  /// The associated value's label.
  var argumentLabel: String?
  let syntax: Syntax
}

extension AttributeListSyntax {
  /// The name that `@ComponentName` gives.
  fileprivate func label(for name: String) throws -> String {
    for case .attribute(let attribute) in self
    where attribute.attributeName.trimmedDescription.split(separator: ".").last == "ComponentName" {
      guard case .argumentList(let arguments) = attribute.arguments,
        let literal = arguments.first?.expression.as(StringLiteralExprSyntax.self),
        let text = literal.representedLiteralValue, isLabel(text)
      else { throw Problem.at(attribute, "the name has to be a literal in kebab case") }
      return text
    }
    return kebabCase(name)
  }
}

/// The stored properties of a struct, in order.
func storedProperties(of declaration: some DeclGroupSyntax, _ macro: String) throws -> [Member] {
  guard declaration.is(StructDeclSyntax.self) else {
    throw Problem.at(declaration.introducer, "@\(macro) is for structs")
  }
  var members: [Member] = []
  for item in declaration.memberBlock.members {
    guard let variable = item.decl.as(VariableDeclSyntax.self),
      !variable.modifiers.contains(where: { ["static", "lazy"].contains($0.name.text) })
    else { continue }
    // Types are given from the right: `var x, y: Int`.
    var type: TypeSyntax?
    var properties: [Member] = []
    for binding in variable.bindings.reversed() where !binding.isComputed {
      type = binding.typeAnnotation?.type.trimmed ?? type
      guard let name = binding.pattern.as(IdentifierPatternSyntax.self)?.identifier.text, let type
      else { throw Problem.at(binding, "the property needs a name and a type") }
      if variable.bindingSpecifier.text == "let", binding.initializer != nil {
        throw Problem.at(binding, "a constant with a value cannot be set: make it a variable")
      }
      properties.append(
        Member(
          name: name, label: try variable.attributes.label(for: name), type: type,
          syntax: Syntax(binding)))
    }
    members += properties.reversed()
  }
  return try distinct(members, declaration)
}

extension PatternBindingSyntax {
  fileprivate var isComputed: Bool {
    switch accessorBlock?.accessors {
    case nil: false
    case .getter: true
    case .accessors(let accessors):
      !accessors.allSatisfy { ["willSet", "didSet"].contains($0.accessorSpecifier.text) }
    }
  }
}

/// The cases of an enum, in order.
func cases(of declaration: some DeclGroupSyntax, _ macro: String) throws -> [Member] {
  guard declaration.is(EnumDeclSyntax.self) else {
    throw Problem.at(declaration.introducer, "@\(macro) is for enums")
  }
  var members: [Member] = []
  for item in declaration.memberBlock.members {
    guard let declaration = item.decl.as(EnumCaseDeclSyntax.self) else { continue }
    for element in declaration.elements {
      let values = element.parameterClause?.parameters ?? []
      guard values.count <= 1 else {
        throw Problem.at(element, "a case can have one associated value: use a record or `Tuple`")
      }
      var member = Member(
        name: element.name.text,
        label: try declaration.attributes.label(for: element.name.text),
        type: values.first?.type.trimmed, syntax: Syntax(element))
      member.argumentLabel = values.first?.firstName.map(\.text).flatMap { $0 == "_" ? nil : $0 }
      members.append(member)
    }
  }
  return try distinct(members, declaration)
}

private func distinct(
  _ members: [Member], _ declaration: some DeclGroupSyntax
) throws -> [Member] {
  guard !members.isEmpty else {
    throw Problem.at(declaration.introducer, "the type has nothing to be converted")
  }
  var seen: Set<String> = []
  for member in members {
    guard isLabel(member.label) else {
      throw Problem.at(
        member.syntax, "`\(member.label)` is no name of components: use @ComponentName")
    }
    // Labels that differ only in case are the same.
    guard seen.insert(member.label.lowercased()).inserted else {
      throw Problem.at(member.syntax, "`\(member.label)` is there twice")
    }
  }
  return members
}
