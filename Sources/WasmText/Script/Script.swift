// Scripts (.wast): what they consist of. Modules stay text or bytes until their directive runs, so that an error in one is
// that directive's and nobody else's.

import WasmSyntax

/// A script file: directives in order.
package struct Script: Sendable {
  package var directives: [Directive]
}

/// A step of a script, and where it stands.
package struct Directive: Sendable {
  package var line: Int
  package var column: Int
  package var kind: Kind

  package enum Kind: Sendable {
    /// Defines a module and instantiates it.
    case module(ScriptModule)
    /// Only defines it.
    case definition(ScriptModule)
    /// Instantiates a definition: the named one, or the last.
    case instance(ScriptInstance)
    /// Makes an instance's exports available for import; without a name, those of the last.
    case register(name: String, instance: String?)
    case action(Action)
    case assertReturn(Action, [ResultPattern])
    case assertTrap(ScriptSubject, message: String)
    case assertExhaustion(Action, message: String)
    case assertException(Action)
    case assertSuspension(Action, message: String)
    case assertMalformed(ScriptModule, message: String)
    case assertInvalid(ScriptModule, message: String)
    case assertMalformedCustom(ScriptModule, message: String)
    case assertInvalidCustom(ScriptModule, message: String)
    case assertUnlinkable(ScriptSubject, message: String)
    /// Runs directives on a thread of their own, which sees the named modules.
    case thread(name: String, shared: [String], [Directive])
    /// Waits for a thread to end.
    case wait(thread: String)
    /// No directive that is known; the word it starts with.
    case unknown(String)
    /// A known directive, but not as it should be.
    case malformed(ModuleError)
  }
}

/// What `assert_trap` and `assert_unlinkable` try.
package enum ScriptSubject: Sendable {
  case action(Action)
  case module(ScriptModule)
  case instance(ScriptInstance)
}

/// `(module instance $I $M)`: names of the new instance and of the definition, where given.
package struct ScriptInstance: Sendable {
  package var name: String?
  package var definition: String?
  package var isComponent: Bool
}

/// A module or component in a script.
package struct ScriptModule: Sendable {
  package enum Form: Sendable {
    case text(ModuleText)
    case binary([UInt8])
    case quote([UInt8])
  }
  package var name: String?
  package var isComponent: Bool
  package var form: Form

  /// The bytes of the module or component.
  package func encode(
    limits: ImplementationLimits = ImplementationLimits()
  ) throws(ModuleError) -> [UInt8] {
    switch form {
    case .text(let text) where isComponent:
      try ComponentText(
        text.source, at: text.bodyIndex, identifier: text.identifier, limits: limits
      ).encode()
    case .text(let text): try text.encode()
    case .binary(let bytes): bytes
    case .quote(let text) where isComponent: try parseQuotedComponent(text, limits: limits)
    case .quote(let text): try parseQuotedModule(text, limits: limits)
    }
  }
}

/// What a script makes an instance do; without a name, the last one.
package enum Action: Sendable {
  case invoke(instance: String?, function: String, [ScriptValue])
  case get(instance: String?, global: String)
}

/// An argument.
package enum ScriptValue: Sendable {
  case i32(UInt32)
  case i64(UInt64)
  case f32(bits: UInt32)
  case f64(bits: UInt64)
  case v128(low: UInt64, high: UInt64)
  case refNull(HeapType)
  /// A reference of the host's, seen as external and as internal.
  case refExtern(UInt32)
  case refHost(UInt32)
  /// A value of a component's type; the index of its first token.
  case component(TextSource, tokenIndex: Int)
}

/// What a result must look like.
package indirect enum ResultPattern: Sendable {
  case i32(UInt32)
  case i64(UInt64)
  case f32(FloatPattern)
  case f64(FloatPattern)
  case v128(VectorPattern)
  /// A null reference; of a heap type if one is given.
  case refNull(HeapType?)
  /// Any reference that is not null, of a heap type if one is given.
  case reference(HeapType?)
  case refExtern(UInt32)
  case refHost(UInt32)
  case either([ResultPattern])
  case component(TextSource, tokenIndex: Int)
}

package enum FloatPattern: Hashable, Sendable {
  case bits(UInt64)
  /// The quiet bit is all of the payload.
  case canonicalNaN
  /// The quiet bit is set.
  case arithmeticNaN
}

package enum VectorPattern: Hashable, Sendable {
  case bits(low: UInt64, high: UInt64)
  case f32x4([FloatPattern])
  case f64x2([FloatPattern])
}
