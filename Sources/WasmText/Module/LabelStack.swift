// Labels are bound relative to where they are used: the innermost with a name shadows the others. Looking one up takes
// the same time at any depth.

/// The labels of the blocks that are open.
struct LabelStack {
  private struct Label {
    /// The symbol of its identifier, -1 without.
    var symbol: Int64
    /// The position of the label that it shadows, -1 if none.
    var shadowed: Int
  }
  private var labels: [Label] = []
  private var positions: [Int64: Int] = [:]

  var count: Int { labels.count }

  mutating func push(_ symbol: Int64) {
    var shadowed = -1
    if symbol >= 0 { shadowed = positions.updateValue(labels.count, forKey: symbol) ?? -1 }
    labels.append(Label(symbol: symbol, shadowed: shadowed))
  }

  mutating func pop() {
    guard let label = labels.popLast(), label.symbol >= 0 else { return }
    positions[label.symbol] = label.shadowed >= 0 ? label.shadowed : nil
  }

  /// How many labels lie between the innermost position and the one with this identifier.
  func depth(of symbol: UInt32) -> UInt32? {
    positions[Int64(symbol)].map { UInt32(truncatingIfNeeded: labels.count - 1 - $0) }
  }

  mutating func removeAll() {
    labels.removeAll(keepingCapacity: true)
    if !positions.isEmpty { positions.removeAll(keepingCapacity: true) }
  }
}
