// Values as Swift sees them. A reference that Swift holds is a root of its store's collector for as long as it is held.

import Synchronization

/// A 128-bit vector; the low half comes first in memory and in slots.
package struct V128: Hashable, Sendable {
  package var low: UInt64
  package var high: UInt64
  package init(low: UInt64, high: UInt64) {
    self.low = low
    self.high = high
  }
}

/// Values (Execution, Runtime Structure, Values). Floats are their bits, so that NaNs survive.
package enum Value: Sendable {
  case i32(UInt32)
  case i64(UInt64)
  case f32(bits: UInt32)
  case f64(bits: UInt64)
  case v128(V128)
  case ref(Reference)

  package static func f32(_ value: Float) -> Value { .f32(bits: value.bitPattern) }
  package static func f64(_ value: Double) -> Value { .f64(bits: value.bitPattern) }
}

/// A reference held by Swift. The word means something only in the store it comes from; asking a store about it, or
/// passing it in, checks that.
package struct Reference: Sendable {
  // 0 is null, odd is an i31, anything else the address of a function or object.
  let word: UInt64
  /// Keeps an object alive, and names the store; nil for null and i31.
  let root: ReferenceRoot?

  init(word: UInt64, root: ReferenceRoot?) {
    self.word = word
    self.root = root
  }

  package static let null = Reference(word: 0, root: nil)
  /// The low 31 bits of a number.
  package static func i31(_ value: UInt32) -> Reference {
    Reference(word: UInt64(value << 1 | 1), root: nil)
  }
  package var isNull: Bool { word == 0 }
  /// Whether both are to the same thing, of one store.
  package func isSame(as other: Reference) -> Bool {
    word == other.word && root?.table === other.root?.table
  }
}

/// What a reference points at.
package enum ReferenceKind {
  case null
  case i31(UInt32)
  case function(CoreFunction)
  case structure
  case array(length: Int)
  case exception
  case host(HostPayload)
}

/// What the host keeps behind an `externref`.
package enum HostPayload: Sendable {
  case number(UInt64)
  case object(any AnyObject & Sendable)
}

/// Keeps one word in a store's root table until it is released, on whichever thread that happens.
package final class ReferenceRoot: Sendable {
  let table: RootTable
  let index: Int?

  init(table: RootTable, index: Int?) {
    self.table = table
    self.index = index
  }

  deinit {
    if let index { table.remove(index) }
  }
}

/// The references that Swift holds into one store.
package final class RootTable: Sendable {
  private struct State {
    var words: [UInt64] = []
    var free: [Int] = []
  }
  private let state = Mutex(State())

  /// The number of roots held.
  package var count: Int { state.withLock { $0.words.count - $0.free.count } }

  func add(_ word: UInt64) -> ReferenceRoot {
    let index = state.withLock { state in
      if let index = state.free.popLast() {
        state.words[index] = word
        return index
      }
      state.words.append(word)
      return state.words.count - 1
    }
    return ReferenceRoot(table: self, index: index)
  }

  fileprivate func remove(_ index: Int) {
    state.withLock { state in
      state.words[index] = 0
      state.free.append(index)
    }
  }

  func visit(_ body: (UInt64) -> Void) {
    state.withLock { state in
      for word in state.words where word != 0 { body(word) }
    }
  }
}
