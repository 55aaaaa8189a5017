// A component as the embedding API shows it.

import ComponentRuntime
import WasmExecution
import WasmSyntax

/// A validated component (Explainer, Component Definitions): immutable, and shared by any number of stores of its engine.
public struct Component: Sendable {
  let loaded: LoadedComponent

  /// Loads a component in the binary or the text format, told apart by the first four bytes.
  ///
  /// Everything is decoded and validated here; functions are translated when they are first called.
  ///
  /// - Throws: `LoadError` for a component that is malformed, invalid, beyond a limit, or needs a feature that is off.
  public init(engine: Engine, bytes: some Collection<UInt8>) throws(LoadError) {
    try self.init(engine, ModuleSource(bytes))
  }

  /// Loads a component in the text format.
  public init(engine: Engine, text: String) throws(LoadError) {
    try self.init(engine: engine, bytes: text.utf8)
  }

  /// Loads a component from a file in either format. Binary files are mapped: parts that are never used are never read.
  public init(engine: Engine, path: String) throws(LoadError) {
    try self.init(engine, ModuleSource(path: path))
  }

  private init(_ engine: Engine, _ source: ModuleSource) throws(LoadError) {
    loaded = try source.load(engine, isComponent: true) { (bytes) throws(ModuleError) in
      try LoadedComponent(engine: engine.core, bytes: bytes, concurrency: engine.hasConcurrency)
    }
  }

  /// What the component imports, in order.
  public var imports: [Extern] { Extern.list(loaded.type.imports, in: loaded.types) }

  /// What the component exports, in order.
  public var exports: [Extern] { Extern.list(loaded.type.exports, in: loaded.types) }
}
