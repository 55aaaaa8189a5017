// wasi:cli/stdin, stdout and stderr of WASI 0.2.

import ComponentRuntime

extension Preview2 {
  func standardInput(_ name: String) -> ImportItem? {
    switch name {
    case "input-stream": inputStreams.item
    case "get-stdin":
      world.function([], .own) { [self] _ in try own(world.context.standardInput) }
    default: nil
    }
  }

  func standardOutput(_ name: String) -> ImportItem? {
    outputStream(name, getter: "get-stdout", world.standardOutput)
  }

  func standardError(_ name: String) -> ImportItem? {
    outputStream(name, getter: "get-stderr", world.standardError)
  }

  private func outputStream(
    _ name: String, getter: String, _ buffer: OutputBuffer
  ) -> ImportItem? {
    switch name {
    case "output-stream": outputStreams.item
    case getter:
      world.function([], .own) { [outputStreams] _ in
        try outputStreams.own(OutputStream(buffer))
      }
    default: nil
    }
  }
}
