// wasi:io/streams.

import ComponentRuntime

extension Preview2 {
  func ioStreams(_ name: String) -> ImportItem? {
    switch name {
    // Also seen through this interface.
    case "error": errors.item
    case "pollable": pollables.item
    case "input-stream": inputStreams.item
    case "output-stream": outputStreams.item
    default:
      methodName(name, of: "input-stream").flatMap(inputStream)
        ?? methodName(name, of: "output-stream").flatMap(outputStream)
    }
  }
}

/// The name of a method behind `[method]resource.`, nil if it is not one of this resource's.
func methodName(_ name: String, of resource: String) -> String? {
  let prefix = "[method]\(resource)."
  return name.hasPrefix(prefix) ? String(name.dropFirst(prefix.count)) : nil
}
