// Two filters, one in C and one written by hand, chained: a text goes from the host through both and back, as a stream.

import Apus

typealias Filter = TypedFunction<TypedStream<UInt8>, TypedStream<UInt8>>

let engine = Engine()
let store = try Store(engine: engine)

func filter(_ component: [UInt8]) async throws -> Filter {
  let instance = try await store.instantiate(Component(engine: engine, bytes: component))
  return try instance.function("filter", as: ((TypedStream<UInt8>) -> TypedStream<UInt8>).self)
}

/// A stream whose bytes go through filters of their own.
///
/// - Returns: the end to write to, and the end to read the result from.
func pipeline() async throws -> (writer: TypedStreamWriter<UInt8>, reader: TypedStream<UInt8>) {
  let uppercase = try await filter(PackageResources.uppercase_wat)
  let numberLines = try await filter(PackageResources.number_lines_wasm)
  let (reader, writer) = try await store.makeStream(of: UInt8.self)
  // A filter returns its stream before anything is in it. The host passes it on, and has no part in what follows.
  let result = try await numberLines(uppercase(reader))
  return (writer, result)
}

func filterPoem() async throws {
  let (writer, reader) = try await pipeline()
  let writing = Task {
    for line in ["Bright star, would I were", "stedfast as thou art --", ""] {
      try await writer.write(Array("\(line)\n".utf8))
    }
    writer.close()
  }
  var result: [UInt8] = []
  for try await bytes in reader.bytes { result += bytes }
  try await writing.value
  print(String(decoding: result, as: UTF8.self), terminator: "")
}

/// Writes without end to where somebody reads for a while. Nothing is buffered but what the filters hold, so that
/// whoever writes waits for whoever reads; when the reader is gone, each of them in turn is told.
func filterForever() async throws {
  let (writer, reader) = try await pipeline()
  let writing = Task {
    let line = Array("and so on\n".utf8)
    var lines = 0
    while try await writer.write(line) == line.count { lines += 1 }
    return lines
  }
  var bytesToRead = 2 * "   1: AND SO ON\n".utf8.count
  while bytesToRead > 0, let bytes = try await reader.read(maximum: bytesToRead) {
    print(String(decoding: bytes, as: UTF8.self), terminator: "")
    bytesToRead -= bytes.count
  }
  reader.close()
  let lines = try await writing.value
  print(lines < 10 ? "the writer was held back, and stopped" : "the writer wrote \(lines) lines")
}

try await filterPoem()
try await filterForever()
