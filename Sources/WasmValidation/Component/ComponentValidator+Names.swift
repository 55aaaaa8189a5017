// Names and attributes of imports and exports (Component Binary Format, Import and Export Definitions).

import WasmSyntax

extension ComponentValidator {
  func nameError(_ context: String, _ error: NameError) -> ModuleError {
    let message = "\(context): \(error.message)"
    guard let feature = error.feature else { return invalid(message) }
    return ModuleError(
      .featureDisabled(feature),
      "\(message): \(feature.name) is disabled: enable it with -W \(feature.name)=y",
      at: .offset(arena.offset))
  }

  /// Takes a name and its attributes apart.
  func check(
    _ name: ExternName, _ type: ResolvedExternType, _ direction: ExternDirection
  ) throws(ModuleError) -> ParsedExternName {
    let parsed: ParsedExternName
    do throws(NameError) {
      parsed = try ExternNameParser.parse(name.name, features: features)
    } catch {
      throw nameError("\(direction) name `\(name.name)` is not a valid extern name", error)
    }
    if let value = name.implements { try checkImplements(value, name.name, parsed, type) }
    if name.externalID != nil {
      try require(.componentImplements, for: "the `external-id` attribute")
    }
    if let suffix = name.versionSuffix { try checkVersionSuffix(suffix, name.name, parsed) }
    return parsed
  }

  private func checkImplements(
    _ value: String, _ name: String, _ parsed: ParsedExternName, _ type: ResolvedExternType
  ) throws(ModuleError) {
    try require(.componentImplements, for: "the `implements` attribute")
    let interface: ParsedExternName
    do throws(NameError) {
      interface = try ExternNameParser.parse(value, features: features)
    } catch {
      throw nameError("`\(value)` is not a valid name", error)
    }
    guard case .interface = interface else {
      throw invalid("name `\(value)` must be an interface")
    }
    guard case .instance = type else {
      throw invalid("only instances can have an `implements`")
    }
    guard parsed.isPlain else { throw invalid("name `\(name)` is not valid with `implements`") }
  }

  private func checkVersionSuffix(
    _ suffix: String, _ name: String, _ parsed: ParsedExternName
  ) throws(ModuleError) {
    try require(.componentCanonicalNames, for: "the `versionsuffix` attribute")
    guard case .interface(let interface) = parsed, let version = interface.version,
      interface.isVersionCanonical
    else {
      throw invalid("name `\(name)` is not valid with `versionsuffix`: it has no canonical version")
    }
    guard SemanticVersion.isSuffix(suffix) else {
      throw invalid("`\(suffix)` is not a valid version suffix")
    }
    do throws(NameError) {
      try SemanticVersion.check(version + suffix)
    } catch {
      throw nameError("`\(version + suffix)` is not a valid version", error)
    }
  }

  /// `[constructor]`, `[method]` and `[static]` names ask for a function of a certain type. `labels` are the resource
  /// types that have plain names in the same scope.
  func checkAnnotation(
    _ parsed: ParsedExternName, of name: String, _ type: ResolvedExternType,
    _ labels: ResourceLabels, _ direction: ExternDirection
  ) throws(ModuleError) {
    do throws(NameError) {
      switch parsed {
      case .label, .interface: break
      case .constructor(let resource):
        try checkConstructor(try functionType(type), of: resource, labels)
      case .method(let resource, _): try checkMethod(try functionType(type), of: resource, labels)
      case .static(let resource, _):
        _ = try functionType(type)
        guard labels.contains(resource) else {
          throw NameError("static resource name is not known in this context")
        }
      }
    } catch {
      throw nameError("\(direction) name `\(name)` is not valid", error)
    }
  }

  private func functionType(
    _ type: ResolvedExternType
  ) throws(NameError) -> ResolvedFunctionType {
    guard case .function(let id) = type else { throw NameError("item is not a func") }
    return types[id].type
  }

  private func checkConstructor(
    _ function: ResolvedFunctionType, of resource: String, _ labels: ResourceLabels
  ) throws(NameError) {
    guard let result = function.result else {
      throw NameError("function should return one value")
    }
    var made = types[result].shape
    if case .result(let ok?, _) = made { made = types[ok].shape }
    guard case .own(let reference) = made else {
      throw NameError("function should return `(own $T)` or `(result (own $T))`")
    }
    try checkLabel(of: reference, resource, labels)
  }

  private func checkMethod(
    _ function: ResolvedFunctionType, of resource: String, _ labels: ResourceLabels
  ) throws(NameError) {
    guard let first = function.parameters.first else {
      throw NameError("function should have at least one argument")
    }
    guard first.label == "self" else {
      throw NameError("function should have a first argument called `self`")
    }
    guard case .borrow(let reference) = types[first.type].shape else {
      throw NameError("function should take a first argument of `(borrow $T)`")
    }
    try checkLabel(of: reference, resource, labels)
  }

  private func checkLabel(
    of reference: ResourceReference, _ resource: String, _ labels: ResourceLabels
  ) throws(NameError) {
    guard let label = labels[reference] else {
      throw NameError("resource used in function does not have a name in this context")
    }
    guard label == resource else {
      throw NameError("function does not match expected resource name `\(label)`")
    }
  }
}
