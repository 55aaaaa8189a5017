// Looking up names: versions of interfaces that are compatible, and names that are alike.

/// The version of an interface, taken from its name.
struct InterfaceVersion: Comparable {
  /// The name with the version cut to what compatible ones have in common: `wasi:io/error@0.2`.
  let track: String
  private let numbers: [UInt64]

  /// nil for names without a version, and for versions that are compatible with nothing but themselves: pre-releases and
  /// `0.0.x`.
  init?(_ name: String) {
    guard let at = name.lastIndex(of: "@") else { return nil }
    let version = name[name.index(after: at)...].prefix { $0 != "+" }
    let numbers = version.split(separator: ".", omittingEmptySubsequences: false)
      .compactMap { UInt64($0) }
    guard numbers.count == 3, !version.contains("-"), numbers[0] > 0 || numbers[1] > 0 else {
      return nil
    }
    self.numbers = numbers
    track = name[...at] + (numbers[0] > 0 ? "\(numbers[0])" : "0.\(numbers[1])")
  }

  static func < (a: InterfaceVersion, b: InterfaceVersion) -> Bool {
    a.numbers.lexicographicallyPrecedes(b.numbers)
  }
}

/// The name to use where another was asked for: itself, or the newest compatible version.
func compatibleName(_ name: String, among names: some Sequence<String>) -> String? {
  guard let wanted = InterfaceVersion(name) else { return nil }
  var best: (name: String, version: InterfaceVersion)?
  for candidate in names {
    guard let version = InterfaceVersion(candidate), version.track == wanted.track else { continue }
    if let known = best, version < known.version { continue }
    best = (candidate, version)
  }
  return best?.name
}

/// The name that is most like another one; nil if none is like it at all.
func nearestName(to name: String, among names: some Sequence<String>) -> String? {
  var best: (name: String, distance: Int)?
  for candidate in names where candidate != name {
    let distance = editDistance(Array(name.utf8), Array(candidate.utf8))
    guard distance <= max(2, name.utf8.count / 3) else { continue }
    if let known = best, known.distance <= distance { continue }
    best = (candidate, distance)
  }
  return best?.name
}

/// Bytes to insert, remove or replace.
private func editDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
  var row = Array(0...b.count)
  for (i, x) in a.enumerated() {
    var diagonal = row[0]
    row[0] = i + 1
    for (j, y) in b.enumerated() {
      let replaced = diagonal + (x == y ? 0 : 1)
      diagonal = row[j + 1]
      row[j + 1] = min(replaced, diagonal + 1, row[j] + 1)
    }
  }
  return row[b.count]
}
