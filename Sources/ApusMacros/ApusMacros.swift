// Macros that write the conversions of Swift types to and from components. A product of its own: whoever does without
// them compiles no swift-syntax.

import Apus

/// Makes a struct a `record` (Explainer, Type Definitions): its stored properties are the fields, in order.
///
///     @ComponentRecord struct HTTPRequest {
///       var path: String
///       @ComponentName("max-bytes") var limit: UInt64?
///     }
///
/// A field has the property's name in kebab case (`maxBytes` is `max-bytes`) unless `@ComponentName` gives it another. All
/// properties need a type that is `ComponentConvertible`, and are set by the memberwise initializer.
@attached(
  extension, conformances: ComponentConvertible, names: named(componentType), named(lift),
  named(lower))
public macro ComponentRecord() =
  #externalMacro(module: "ApusMacroPlugin", type: "ComponentRecordMacro")

/// Makes an enum a `variant`: its cases are the cases, in order, each with one associated value at most.
///
///     @ComponentVariant enum Filter {
///       case all
///       case some([String])
///     }
@attached(
  extension, conformances: ComponentConvertible, names: named(componentType), named(lift),
  named(lower))
public macro ComponentVariant() =
  #externalMacro(module: "ApusMacroPlugin", type: "ComponentVariantMacro")

/// Makes an enum an `enum`: its cases have no associated values.
@attached(
  extension, conformances: ComponentConvertible, names: named(componentType), named(lift),
  named(lower))
public macro ComponentEnum() = #externalMacro(module: "ApusMacroPlugin", type: "ComponentEnumMacro")

/// Makes a struct `flags`: each stored property is a flag, a `Bool`, in order; at most 32.
///
///     @ComponentFlags struct Permissions {
///       var read: Bool
///       var write: Bool
///     }
@attached(
  extension, conformances: ComponentConvertible, names: named(componentType), named(lift),
  named(lower))
public macro ComponentFlags() =
  #externalMacro(module: "ApusMacroPlugin", type: "ComponentFlagsMacro")

/// The name that a property or case of such a type has in the component's type.
@attached(peer)
public macro ComponentName(_ name: String) =
  #externalMacro(module: "ApusMacroPlugin", type: "ComponentNameMacro")
