// A text and its tokens, made once and shared by everything that parses parts of it: the modules of a script are parsed
// only when their directive runs.

import WasmSyntax

/// Source text after lexing.
package final class TextSource: Sendable {
  package let bytes: [UInt8]
  package let tokens: [Token]
  let annotations: [Annotation]
  let annotationTokens: [Token]
  let symbols: SymbolTable

  package convenience init(
    _ bytes: Bytes, limits: ImplementationLimits = ImplementationLimits()
  ) throws(ModuleError) {
    try self.init(bytes.array, limits: limits)
  }

  package init(
    _ bytes: [UInt8], limits: ImplementationLimits = ImplementationLimits()
  ) throws(ModuleError) {
    self.bytes = bytes
    let result = bytes.withUnsafeBufferPointer { buffer -> Result<Lexer.Output, ModuleError> in
      var lexer = Lexer(buffer, nestingLimit: limits.textNesting)
      do throws(ModuleError) {
        try lexer.run()
        return .success(lexer.output)
      } catch {
        return .failure(Self.locate(error, in: buffer))
      }
    }
    let output = try result.get()
    tokens = output.tokens
    annotations = output.annotations
    annotationTokens = output.annotationTokens
    symbols = output.symbols
  }

  // MARK: Positions

  /// The same error with line and column in place of the offset.
  func locate(_ error: ModuleError) -> ModuleError {
    bytes.withUnsafeBufferPointer { Self.locate(error, in: $0) }
  }

  private static func locate(
    _ error: ModuleError, in bytes: UnsafeBufferPointer<UInt8>
  ) -> ModuleError {
    guard case .offset(let offset) = error.position else { return error }
    var located = error
    var lines = LineCounter()
    lines.advance(to: offset, in: bytes)
    located.position = .line(lines.line, column: lines.column)
    return located
  }

  // MARK: What tokens spell

  @inline(__always)
  func withBytes<R>(of token: Token, _ body: (UnsafeBufferPointer<UInt8>) -> R) -> R {
    bytes.withUnsafeBufferPointer {
      body(UnsafeBufferPointer(rebasing: $0[token.startOffset..<token.endOffset]))
    }
  }

  /// The token as it is written.
  package func text(of token: Token) -> String {
    String(decoding: bytes[token.startOffset..<token.endOffset], as: UTF8.self)
  }

  /// Appends the bytes that a string token denotes.
  package func appendString(_ token: Token, to result: inout [UInt8]) {
    guard token.kind == .string else { return }
    let content = token.startOffset + 1..<token.endOffset - 1
    if token.payload == 0 {
      result.append(contentsOf: bytes[content])
    } else {
      bytes.withUnsafeBufferPointer {
        WasmText.appendString(UnsafeBufferPointer(rebasing: $0[content]), to: &result)
      }
    }
  }

  /// The bytes that a string token denotes.
  package func string(_ token: Token) -> [UInt8] {
    var result: [UInt8] = []
    appendString(token, to: &result)
    return result
  }

  /// The name of an identifier token, without the `$`.
  package func name(of token: Token) -> [UInt8] {
    token.kind == .identifier ? Array(symbols.name(of: token.payload)) : []
  }
}

/// Counts lines and columns from 1 while it moves forward through a text.
struct LineCounter {
  private(set) var line = 1
  private(set) var column = 1
  private var offset = 0

  mutating func advance(to target: Int, in bytes: UnsafeBufferPointer<UInt8>) {
    let end = min(target, bytes.count)
    while offset < end {
      let byte = bytes[offset]
      offset += 1
      // A carriage return and a line feed make one line break.
      let isBreak =
        byte == 0x0A || (byte == 0x0D && !(offset < bytes.count && bytes[offset] == 0x0A))
      if isBreak {
        line += 1
        column = 1
      } else {
        column += 1
      }
    }
  }
}
