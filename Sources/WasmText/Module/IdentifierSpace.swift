// Text Format, Conventions, Contexts: the identifiers bound in an index space.

import WasmSyntax

/// An index space and the names of its members.
struct IdentifierSpace {
  /// What the members are, for errors.
  let member: StaticString
  private(set) var count: UInt32 = 0
  private var indices: [UInt32: UInt32] = [:]

  init(of member: StaticString) { self.member = member }

  /// A space whose members were counted elsewhere; indices by symbol.
  init(of member: StaticString, count: UInt32, indices: [UInt32: UInt32]) {
    self.member = member
    self.count = count
    self.indices = indices
  }

  /// The next index, bound to an identifier if there is one.
  mutating func bind(_ identifier: Token?) throws(ModuleError) -> UInt32 {
    let index = count
    if let identifier {
      guard indices.updateValue(index, forKey: identifier.payload) == nil else {
        throw ModuleError(
          .malformed, "duplicate \(member)", at: .offset(identifier.startOffset))
      }
    }
    count += 1
    return index
  }

  /// Counts members without names.
  mutating func skip(_ members: Int) throws(ModuleError) {
    guard let sum = UInt32(exactly: Int(count) + members) else {
      throw ModuleError(.limit, "too many members of \(member)", at: .offset(0))
    }
    count = sum
  }

  subscript(identifier: Token) -> UInt32? { indices[identifier.payload] }

  mutating func removeAll() {
    count = 0
    if !indices.isEmpty { indices.removeAll(keepingCapacity: true) }
  }
}
