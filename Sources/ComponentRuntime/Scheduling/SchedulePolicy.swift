// The one place where a choice that the specification leaves open is made: which ready thread runs, which pending event
// of a set is delivered, which thread is told of a cancellation, and whether a wait whose condition holds returns at
// once. By default the oldest comes first, and a wait suspends unless its event is there; other policies exist for tests,
// and can be recorded and replayed.

/// Makes the scheduling choices of a store.
package struct SchedulePolicy {
  package enum Mode: Sendable, Hashable {
    case fifo
    /// Pseudo-random from a seed.
    case random(seed: UInt64)
    /// The choices of a recorded trace, then FIFO.
    case replay(ScheduleTrace)
  }

  private enum State {
    case fifo
    case random(UInt64)
    case replay(ScheduleTrace.Reader)
  }
  private var state: State
  /// Whether choices are more than taking the first.
  package let isFIFO: Bool
  /// What was chosen, if it is to be recorded.
  package private(set) var trace: ScheduleTrace?

  package init(_ mode: Mode = .fifo, records: Bool = false) {
    switch mode {
    case .fifo: state = .fifo
    // Zero is the one state that xorshift cannot leave.
    case .random(let seed): state = .random(seed &* 0x9E37_79B9_7F4A_7C15 | 1)
    case .replay(let trace): state = .replay(trace.reader)
    }
    if case .fifo = mode { isFIFO = !records } else { isFIFO = false }
    trace = records ? ScheduleTrace() : nil
  }

  /// A position among `count` candidates, in their order.
  package mutating func choose(_ count: Int) -> Int {
    if count < 2 { return 0 }
    let choice: Int
    switch state {
    case .fifo: choice = 0
    case .random(var word):
      choice = Int(Self.advance(&word) % UInt64(count))
      state = .random(word)
    case .replay(var reader):
      choice = min(reader.next(), count - 1)
      state = .replay(reader)
    }
    trace?.append(choice)
    return choice
  }

  /// Whether a wait whose condition holds returns at once.
  @inline(__always)
  package mutating func returnsEarly(_ wait: Wait) -> Bool {
    isFIFO ? wait == .event : (choose(2) == 1) != (wait == .event)
  }

  /// What is waited for.
  package enum Wait {
    /// An event, which may be there already. FIFO takes it without suspending: the reference suite
    /// (big-interleaving-test) counts on it.
    case event
    /// A turn: FIFO lets the others go first.
    case turn
  }

  /// xorshift64*
  private static func advance(_ word: inout UInt64) -> UInt64 {
    word ^= word >> 12
    word ^= word << 25
    word ^= word >> 27
    return (word &* 0x2545_F491_4F6C_DD1D) >> 33
  }
}

/// Choices in the order they were made. In a file each is a byte, larger ones LEB128, and a run of zeros is shortened.
///
///     0x00 n    n + 1 zeros (n in LEB128)        x    any other choice in LEB128
package struct ScheduleTrace: Sendable, Hashable {
  package private(set) var choices: [UInt32] = []

  package init() {}

  mutating func append(_ choice: Int) { choices.append(UInt32(truncatingIfNeeded: choice)) }

  var reader: Reader { Reader(choices: choices) }

  struct Reader {
    let choices: [UInt32]
    var position = 0

    mutating func next() -> Int {
      guard position < choices.count else { return 0 }
      defer { position += 1 }
      return Int(choices[position])
    }
  }

  // MARK: Files

  package var bytes: [UInt8] {
    var bytes: [UInt8] = []
    var position = 0
    while position < choices.count {
      let choice = choices[position]
      position += 1
      Self.write(choice, &bytes)
      guard choice == 0 else { continue }
      let start = position
      while position < choices.count, choices[position] == 0 { position += 1 }
      Self.write(UInt32(position - start), &bytes)
    }
    return bytes
  }

  /// nil if the bytes are no trace.
  package init?(bytes: [UInt8]) {
    var rest = bytes[...]
    while !rest.isEmpty {
      guard let choice = Self.read(&rest) else { return nil }
      choices.append(choice)
      guard choice == 0 else { continue }
      guard let more = Self.read(&rest), more <= 1 << 24 else { return nil }
      choices.append(contentsOf: repeatElement(0, count: Int(more)))
    }
  }

  private static func write(_ value: UInt32, _ bytes: inout [UInt8]) {
    var value = value
    while value >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: value) | 0x80)
      value >>= 7
    }
    bytes.append(UInt8(truncatingIfNeeded: value))
  }

  private static func read(_ bytes: inout ArraySlice<UInt8>) -> UInt32? {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while let byte = bytes.popFirst() {
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return UInt32(exactly: value) }
      shift += 7
      if shift > 28 { return nil }
    }
    return nil
  }
}
