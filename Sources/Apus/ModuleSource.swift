// What modules and components are loaded from: a file or bytes, in either format. Errors name the place in it.

import WasmBinary
import WasmSyntax
import WasmText

/// The source of a module or component.
struct ModuleSource {
  private let contents: Bytes
  private let path: String?
  /// Told by the first four bytes; everything else is text.
  private let isBinary: Bool

  init(_ contents: some Collection<UInt8>) { self.init(Bytes(contents), path: nil) }

  init(path: String) throws(LoadError) { self.init(try LoadError.contents(of: path), path: path) }

  private init(_ contents: Bytes, path: String?) {
    self.contents = contents
    self.path = path
    isBinary = contents.withUnsafeBytes { $0.starts(with: Preamble.magic) }
  }

  /// Makes something of the binary form.
  ///
  /// - Parameter isComponent: What it has to be; taking the one for the other is a mistake easily made.
  func load<Loaded>(
    _ engine: Engine, isComponent: Bool, _ body: (Bytes) throws(ModuleError) -> Loaded
  ) throws(LoadError) -> Loaded {
    let limits = engine.core.configuration.limits
    do throws(ModuleError) {
      let binary = isBinary ? contents : Bytes(try parseText(contents.array, limits: limits))
      if isComponent, binary.withUnsafeBytes({ $0.starts(with: Preamble.module) }) {
        throw wrongKind("this is a core module, not a component")
      }
      if !isComponent, Preamble.isComponent(binary) {
        throw wrongKind("this is a component, not a core module")
      }
      return try body(binary)
    } catch {
      throw LoadError(
        isBinary ? error : locateInText(error, contents, limits: limits), in: path)
    }
  }

  private func wrongKind(_ message: String) -> ModuleError {
    ModuleError(.malformed, message, at: isBinary ? .offset(4) : .line(1, column: 1))
  }
}
