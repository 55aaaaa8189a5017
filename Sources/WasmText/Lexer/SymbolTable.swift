// Identifiers are numbered when they are lexed: `$x` and `$"x"` get the same symbol, and looking one up hashes an integer.

/// The distinct identifiers of a source.
struct SymbolTable: Sendable {
  /// Names behind one another; symbol `n` has the bytes from `ends[n - 1]` to `ends[n]`.
  private var bytes: [UInt8] = []
  private var ends: [Int] = []
  /// Open addressing; symbols, -1 where free. The count is a power of two.
  private var slots = [Int32](repeating: -1, count: 64)

  /// The symbol of an identifier's name (without the `$`).
  mutating func intern(_ name: UnsafeBufferPointer<UInt8>) -> UInt32 {
    if ends.count * 2 >= slots.count { grow() }
    var slot = hash(UnsafeRawBufferPointer(name)) & (slots.count - 1)
    while slots[slot] >= 0 {
      let symbol = UInt32(bitPattern: slots[slot])
      if bytes[range(of: symbol)].elementsEqual(name) { return symbol }
      slot = (slot + 1) & (slots.count - 1)
    }
    let symbol = Int32(truncatingIfNeeded: ends.count)
    slots[slot] = symbol
    bytes.append(contentsOf: name)
    ends.append(bytes.count)
    return UInt32(bitPattern: symbol)
  }

  /// The name behind a symbol.
  func name(of symbol: UInt32) -> ArraySlice<UInt8> { bytes[range(of: symbol)] }

  private func range(of symbol: UInt32) -> Range<Int> {
    let index = Int(symbol)
    return (index == 0 ? 0 : ends[index - 1])..<ends[index]
  }

  private func hash(_ name: UnsafeRawBufferPointer) -> Int {
    // The standard hasher is seeded: input cannot make names collide.
    var hasher = Hasher()
    hasher.combine(bytes: name)
    return hasher.finalize() & Int.max
  }

  private mutating func grow() {
    slots = [Int32](repeating: -1, count: slots.count * 2)
    for symbol in 0..<UInt32(truncatingIfNeeded: ends.count) {
      var slot = bytes[range(of: symbol)].withUnsafeBytes { hash($0) } & (slots.count - 1)
      while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
      slots[slot] = Int32(bitPattern: symbol)
    }
  }
}
