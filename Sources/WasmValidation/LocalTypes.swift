// The locals of the function at hand. A body of a few bytes may declare tens of thousands: only the first ones are laid
// out one by one, the rest stays in runs, so that checking a function costs what its bytes cost.

import WasmSyntax

/// Locals of one type behind each other.
struct LocalRun: BitwiseCopyable {
  /// The index behind the last one.
  var end: Int
  var bits: UInt32
}

/// Types of locals, and which of those without a default value have been set (Validation, Local Types).
struct LocalTypes: ~Copyable {
  private static let maximumNear = 512
  /// Marks a near local that is not yet set, in a bit that value types leave free.
  private static let unset: UInt32 = 1 << 5

  private(set) var count = 0
  private var near = FlatStack<UInt32>(capacity: 64)
  private var far = FlatStack<LocalRun>(capacity: 16)
  /// Far locals that have been set, of those that need to be.
  private var setFar: Set<Int> = []
  /// Every local that has been set, in that order: leaving a block takes back what was set inside.
  private var log = FlatStack<Int>(capacity: 16)

  @inline(__always) var nearCount: Int { near.count }
  var initializedCount: Int { log.count }

  mutating func reset(to parameters: TypeRun) {
    near.count = 0
    far.count = 0
    log.count = 0
    if !setFar.isEmpty { setFar.removeAll() }
    count = 0
    // Parameters have values.
    for i in 0..<parameters.count { append(1, bits: parameters[i]) }
  }

  mutating func append(_ number: Int, _ type: ValueType) {
    append(number, bits: type.bits | (type.isDefaultable ? 0 : Self.unset))
  }

  private mutating func append(_ number: Int, bits: UInt32) {
    let inNear = max(0, min(number, Self.maximumNear - near.count))
    for _ in 0..<inNear { near.append(bits) }
    count += number
    if number > inNear { far.append(LocalRun(end: count, bits: bits)) }
  }

  /// The type of a near local, nil if it is not set.
  @inline(__always)
  func initializedNear(_ index: Int) -> UInt32? {
    let bits = near[index]
    return bits & Self.unset == 0 ? bits : nil
  }

  /// The type of a local and whether it is set. The index must be below `count`.
  func local(_ index: Int) -> (type: ValueType, isSet: Bool) {
    let bits = index < near.count ? near[index] : farBits(index)
    let isSet = bits & Self.unset == 0 || index >= near.count && setFar.contains(index)
    return (ValueType(bits: bits & ~Self.unset), isSet)
  }

  private func farBits(_ index: Int) -> UInt32 {
    var low = 0
    var high = far.count - 1
    while low < high {
      let middle = (low + high) / 2
      if index < far[middle].end { high = middle } else { low = middle + 1 }
    }
    return far[low].bits
  }

  mutating func set(_ index: Int) {
    log.append(index)
    if index < near.count { near[index] &= ~Self.unset } else { setFar.insert(index) }
  }

  /// Takes back all but the first `remaining` settings.
  mutating func unset(downTo remaining: Int) {
    while log.count > remaining {
      let index = log[log.count - 1]
      log.count -= 1
      if index < near.count { near[index] |= Self.unset } else { setFar.remove(index) }
    }
  }
}
