// A module or component on the command line: a file, binary or text, told apart by its first bytes.

import ComponentRuntime
import WasmBinary
import WasmExecution
import WasmSyntax
import WasmText
import WasmValidation

struct ModuleFile {
  let path: String
  private let contents: Bytes

  /// What a file holds, ready to be instantiated.
  enum Loaded {
    case module(CoreModule)
    case component(LoadedComponent)
  }

  init(path: String) throws {
    self.path = path
    do throws(FileError) {
      contents = try Bytes(contentsOf: path == "-" ? "/dev/stdin" : path)
    } catch {
      throw CommandFailure(["failed to open wasm module \"\(path)\"", error.description])
    }
    // As text it would be a module that has nothing, but nobody writes one of those.
    guard contents.count > 0 else {
      throw CommandFailure(["failed to load `\(path)`", "the file is empty"])
    }
  }

  /// Whether the file is binary (or broken) rather than text.
  var isBinary: Bool { contents.withUnsafeBytes { $0.starts(with: Preamble.magic) } }

  /// The binary form.
  func binary(limits: ImplementationLimits = ImplementationLimits()) throws -> Bytes {
    if isBinary { return contents }
    do throws(ModuleError) {
      return Bytes(try parseText(contents.array, limits: limits))
    } catch {
      throw CommandFailure(loading: path, error)
    }
  }

  /// Decodes and validates.
  func load(_ engine: Engine, concurrency: Bool) throws -> Loaded {
    let bytes = try binary(limits: engine.configuration.limits)
    do throws(ModuleError) {
      return Preamble.isComponent(bytes)
        ? .component(
          try LoadedComponent(engine: engine, bytes: bytes, concurrency: concurrency))
        : .module(try CoreModule(engine: engine, bytes: bytes))
    } catch {
      throw failure(error)
    }
  }

  /// The same, for what comes of it.
  func validate(_ configuration: EngineConfiguration, concurrency: Bool) throws {
    let bytes = try binary(limits: configuration.limits)
    do throws(ModuleError) {
      if Preamble.isComponent(bytes) {
        _ = try validateComponent(
          bytes, features: configuration.features, limits: configuration.limits,
          concurrency: concurrency)
      } else {
        _ = try validateModule(
          bytes, features: configuration.features, limits: configuration.limits)
      }
    } catch {
      throw failure(error)
    }
  }

  /// What is wrong with the binary form; of a text, the line and column it comes from.
  private func failure(_ error: ModuleError) -> CommandFailure {
    CommandFailure(loading: path, isBinary ? error : locateInText(error, contents))
  }
}
