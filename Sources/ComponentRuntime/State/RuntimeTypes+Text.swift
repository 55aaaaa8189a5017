// Types at run time as WIT writes them, for messages: read from what `RuntimeTypes` has written out.

import WasmSyntax

extension ComponentStore {
  /// A stream or future with elements of this type, as WIT writes it.
  package func text(ofElements type: RuntimeTypeID, isFuture: Bool) -> String {
    let name = isFuture ? "future" : "stream"
    guard let key = runtimeTypes.key(of: type) else { return name }
    var text = RuntimeTypeText(key: key)
    return "\(name)<\(text.type() ?? "_")>"
  }
}

/// A reader of written types. It only reads what this program has written, and reads nothing beyond its end.
private struct RuntimeTypeText {
  let key: [UInt8]
  private var index = 0

  init(key: [UInt8]) { self.key = key }

  /// The next type; nil for none. Recurses as deep as the type is nested.
  mutating func type() -> String? {
    switch byte() {
    case 1: return PrimitiveValType(rawValue: byte()).map { "\($0.name)" } ?? "_"
    case 2: return "record { \(items { "\($0.label()): \($0.type() ?? "_")" }) }"
    case 3:
      return "variant { \(items { item in item.label() + (item.type().map { "(\($0))" } ?? "") }) }"
    case 4: return "list<\(type() ?? "_")>"
    case 5:
      let length = number()
      return "list<\(type() ?? "_"), \(length)>"
    case 6: return "tuple<\(items { $0.type() ?? "_" })>"
    case 7: return "flags { \(items { $0.label() }) }"
    case 8: return "enum { \(items { $0.label() }) }"
    case 9: return "option<\(type() ?? "_")>"
    case 10: return result(type(), type())
    case 11: return handle("own")
    case 12: return handle("borrow")
    case 13: return type().map { "stream<\($0)>" } ?? "stream"
    case 14: return type().map { "future<\($0)>" } ?? "future"
    case 15:
      let entryKey = type() ?? "_"
      return "map<\(entryKey), \(type() ?? "_")>"
    default: return nil
    }
  }

  private func result(_ ok: String?, _ error: String?) -> String {
    switch (ok, error) {
    case (nil, nil): "result"
    case (let ok?, nil): "result<\(ok)>"
    case (let ok, let error?): "result<\(ok ?? "_"), \(error)>"
    }
  }

  /// Resource types have no names at run time.
  private mutating func handle(_ kind: String) -> String {
    _ = number()
    return kind
  }

  private mutating func items(_ item: (inout RuntimeTypeText) -> String) -> String {
    var texts: [String] = []
    for _ in 0..<max(number(), 0) { texts.append(item(&self)) }
    return texts.joined(separator: ", ")
  }

  private mutating func label() -> String {
    let length = number()
    let end = index + min(max(length, 0), key.count - index)
    defer { index = end }
    return String(decoding: key[index..<end], as: UTF8.self)
  }

  private mutating func number() -> Int {
    var value: UInt64 = 0
    withUnsafeMutableBytes(of: &value) { bytes in
      for position in bytes.indices { bytes[position] = byte() }
    }
    return Int(truncatingIfNeeded: value)
  }

  private mutating func byte() -> UInt8 {
    guard index < key.count else { return 0 }
    defer { index += 1 }
    return key[index]
  }
}
