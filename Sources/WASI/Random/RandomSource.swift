// Randomness for guests: the system's, or a sequence that a seed decides.

import Synchronization

/// Gives random bytes.
package final class RandomSource: Sendable {
  /// nil for the system's generator.
  private let generator: Mutex<SplitMix?>
  private let isSeeded: Bool
  /// What need not be secret, without a call of the system each time.
  private let insecure: Mutex<SplitMix>

  /// - Parameter seed: nil for the system's cryptographic generator.
  package init(seed: UInt64?) {
    isSeeded = seed != nil
    generator = Mutex(seed.map { SplitMix(state: $0) })
    insecure = Mutex(SplitMix(state: seed.map { ~$0 } ?? .random(in: 0 ... .max)))
  }

  package func next() -> UInt64 {
    if let word = generator.withLock({ $0?.next() }) { return word }
    var system = SystemRandomNumberGenerator()
    return system.next()
  }

  /// For wasi:random's `insecure` and `insecure-seed`.
  package func nextInsecure() -> UInt64 { insecure.withLock { $0.next() } }

  package func fillInsecurely(_ buffer: UnsafeMutableRawBufferPointer) {
    fill(buffer, from: nextInsecure)
  }

  package func fill(_ buffer: UnsafeMutableRawBufferPointer) {
    guard isSeeded else { return fillWithSystemRandom(buffer) }
    fill(buffer, from: next)
  }

  private func fill(_ buffer: UnsafeMutableRawBufferPointer, from next: () -> UInt64) {
    var rest = buffer[...]
    while !rest.isEmpty {
      withUnsafeBytes(of: next().littleEndian) { bytes in
        UnsafeMutableRawBufferPointer(rebasing: rest).copyBytes(from: bytes.prefix(rest.count))
      }
      rest = rest.dropFirst(8)
    }
  }
}

/// The generator SplitMix64: statistically good, and the same on every platform. Nothing about it is secret.
private struct SplitMix {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
    return word ^ word >> 31
  }
}
