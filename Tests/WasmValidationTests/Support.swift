// What the tests of this room share: verdicts on modules given as text or bytes.

import Testing
import WasmBinary
import WasmSyntax
import WasmText
import WasmValidation

/// Validates a module given as text.
func validate(
  _ text: String, features: FeatureSet = .all, limits: ImplementationLimits = ImplementationLimits()
) throws -> Module {
  try validateModule(Bytes(try parseModule(Array(text.utf8))), features: features, limits: limits)
}

/// The error that a module given as text is refused with.
func rejection(
  _ text: String, features: FeatureSet = .all, limits: ImplementationLimits = ImplementationLimits()
) throws -> ModuleError {
  let bytes = Bytes(try parseModule(Array(text.utf8)))
  return try #require(throws: ModuleError.self) {
    try validateModule(bytes, features: features, limits: limits)
  }
}

/// A module with one function without parameters or results and the given body, final `end` included.
func module(locals: [UInt8] = [0x00], body: [UInt8]) -> [UInt8] {
  module(bodies: [locals + body])
}

func module(bodies: [[UInt8]]) -> [UInt8] {
  var writer = ByteWriter()
  writer.writeModuleHeader()
  writer.writeSection(.type) { writer in
    writer.writeCount(1)
    writer.writeSubType(SubType(composite: .function(FunctionType(parameters: [], results: []))))
  }
  writer.writeSection(.function) { writer in
    writer.writeCount(bodies.count)
    for _ in bodies { writer.writeU32(0) }
  }
  writer.writeSection(.code) { writer in
    writer.writeCount(bodies.count)
    for body in bodies { writer.writeSized { $0.writeBytes(body) } }
  }
  return writer.bytes
}

func validate(_ bytes: [UInt8]) throws(ModuleError) {
  _ = try validateModule(Bytes(bytes), features: .all)
}
