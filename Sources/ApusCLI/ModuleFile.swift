// A module on the command line: a file, binary or text, told apart by the magic number.

import WasmBinary
import WasmExecution
import WasmSyntax
import WasmText
import WasmValidation

struct ModuleFile {
  let path: String
  private let contents: Bytes

  init(path: String) throws {
    self.path = path
    do throws(FileError) {
      contents = try Bytes(contentsOf: path)
    } catch {
      throw CommandFailure(["failed to open wasm module \"\(path)\"", error.description])
    }
  }

  /// Whether the file holds a binary module (or a broken one) rather than text.
  var isBinary: Bool { contents.withUnsafeBytes { $0.starts(with: [0x00, 0x61, 0x73, 0x6D]) } }

  /// The module's binary form.
  func binary(limits: ImplementationLimits = ImplementationLimits()) throws -> Bytes {
    if isBinary { return contents }
    do throws(ModuleError) {
      return Bytes(try parseModule(contents, limits: limits))
    } catch {
      throw CommandFailure(loading: path, error)
    }
  }

  /// Decodes and validates.
  func load(_ engine: Engine) throws -> CoreModule {
    let bytes = try binary(limits: engine.configuration.limits)
    do throws(ModuleError) {
      return try CoreModule(engine: engine, bytes: bytes)
    } catch {
      throw failure(error)
    }
  }

  /// The same, for what comes of it.
  func validate(_ configuration: EngineConfiguration) throws {
    let bytes = try binary(limits: configuration.limits)
    do throws(ModuleError) {
      _ = try validateModule(
        bytes, features: configuration.features, limits: configuration.limits)
    } catch {
      throw failure(error)
    }
  }

  /// What is wrong with the module's binary form; of a text, the line and column it comes from.
  private func failure(_ error: ModuleError) -> CommandFailure {
    CommandFailure(loading: path, isBinary ? error : locateInText(error, contents))
  }
}
