// Standard output and error, written through at once: a guest may end the process at any time.

import WasmSyntax

enum StandardStream: Int32 {
  case output = 1
  case error = 2

  /// Writes all of the text. An error (the reader of a pipe went away) ends nothing and is not reported.
  func write(_ text: some Collection<UInt8>) { try? Bytes(text).write(to: rawValue) }

  func write(_ text: String) { write(text.utf8) }
}
