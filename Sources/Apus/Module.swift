// A core module as the embedding API shows it.

import WasmExecution
import WasmSyntax

/// A validated core module (WebAssembly 3.0, Structure, Modules): immutable, and shared by any number of stores.
public struct Module: Sendable {
  let core: CoreModule

  /// What a module imports or exports.
  public enum ExternKind: Sendable, Hashable {
    /// Code to be called.
    case function
    /// References by number.
    case table
    /// Bytes by address.
    case memory
    /// One value.
    case global
    /// A kind of exception.
    case tag
  }

  /// An import: its two names and what it has to be.
  public struct Import: Sendable, Hashable {
    /// The first name.
    public let module: String
    /// The second name.
    public let name: String
    /// What it has to be.
    public let kind: ExternKind
  }

  /// An export: its name and what it is.
  public struct Export: Sendable, Hashable {
    /// The name.
    public let name: String
    /// What it is.
    public let kind: ExternKind
  }

  /// Loads a module in the binary or the text format, told apart by the first four bytes.
  ///
  /// - Throws: `LoadError` for a module that is malformed, invalid, beyond a limit, or needs a feature that is off.
  public init(engine: Engine, bytes: some Collection<UInt8>) throws(LoadError) {
    try self.init(engine, ModuleSource(bytes))
  }

  private init(_ engine: Engine, _ source: ModuleSource) throws(LoadError) {
    core = try source.load(engine, isComponent: false) { (bytes) throws(ModuleError) in
      try CoreModule(engine: engine.core, bytes: bytes)
    }
  }

  /// Loads a module in the text format.
  public init(engine: Engine, text: String) throws(LoadError) {
    try self.init(engine: engine, bytes: text.utf8)
  }

  /// Loads a module from a file in either format.
  public init(engine: Engine, path: String) throws(LoadError) {
    try self.init(engine, ModuleSource(path: path))
  }

  /// The module's imports, in order.
  public var imports: [Import] {
    core.syntax.imports.map {
      Import(module: $0.module, name: $0.name, kind: ExternKind($0.type.kind))
    }
  }

  /// The module's exports, in order.
  public var exports: [Export] {
    core.syntax.exports.map { Export(name: $0.name, kind: ExternKind($0.kind)) }
  }
}

extension Module.ExternKind {
  init(_ kind: WasmSyntax.ExternKind) {
    self =
      switch kind {
      case .function: .function
      case .table: .table
      case .memory: .memory
      case .global: .global
      case .tag: .tag
      }
  }
}

/// Why a module or component was refused.
public struct LoadError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What kind of fault it is.
  public enum Reason: Sendable, Hashable {
    /// Not in the binary or text grammar.
    case malformed
    /// In the grammar, but against a validation rule.
    case invalid
    /// Beyond a limit of the engine.
    case limit
    /// Needs a feature that is off; its name is the switch (`Engine.Configuration.setFeature`).
    case featureDisabled(String)
    /// The file could not be read.
    case unreadable
  }

  /// What kind of fault it is.
  public let reason: Reason
  /// What is wrong and where: the file, a line and column in text, an offset in bytes.
  public let description: String

  init(_ error: ModuleError, in path: String?) {
    reason =
      switch error.kind {
      case .malformed: .malformed
      case .invalid: .invalid
      case .limit: .limit
      case .featureDisabled(let feature): .featureDisabled("\(feature.name)")
      }
    description =
      switch (path, error.position) {
      case (nil, _): error.description
      case (let path?, .line): "\(path):\(error.description)"
      case (let path?, .offset): "\(path): \(error.description)"
      }
  }

  private init(unreadable path: String, _ error: FileError) {
    reason = .unreadable
    description = "\(path): \(error.description)"
  }

  static func contents(of path: String) throws(LoadError) -> Bytes {
    do throws(FileError) {
      return try Bytes(contentsOf: path)
    } catch {
      throw LoadError(unreadable: path, error)
    }
  }
}
