// What `-W` accepts: one table, from which arguments are parsed and `-W help` is printed. Names and meanings are those
// of `wasmtime run` where it has the same option.

import WasmSyntax

/// The settings that `-W` options give; nil where none was given.
struct WasmOptions {
  /// Features switched on or off by name, in the order given.
  var features: [(feature: Feature, isOn: Bool)] = []
  var allProposals: Bool?
  var fuel: UInt64?
  var timeoutNanoseconds: UInt64?
  var maximumMemoryBytes: UInt64?
  var maximumTableElements: UInt64?
  var maximumInstances: UInt64?
  var maximumStackBytes: UInt64?
  var instructionFusion = true
  var concurrencySupport = true
  var schedule = Schedule.fifo
  /// Where the choices of the scheduler are written.
  var recordedSchedulePath: String?

  /// Who makes the scheduler's choices.
  enum Schedule: Hashable {
    case fifo
    case random(seed: UInt64)
    case replay(path: String)
  }

  /// Features after `all-proposals` and the single switches, which win over it.
  func featureSet(default base: FeatureSet) -> FeatureSet {
    var set = base
    if let allProposals { set = allProposals ? .all : .standard }
    for (feature, isOn) in features { set.set(feature, to: isOn) }
    return set
  }
}

private let wasmOptions: [OptionRow<WasmOptions>] =
  [
    .number(
      "fuel", "=N", "Trap after N units of fuel: about one for each instruction executed.", \.fuel),
    OptionRow(
      name: "timeout", value: "=N|Ns|Nms|..",
      help: "Trap once guest code has run for this long (1, 2s, 100ms, ...)."
    ) { (options, text) throws(OptionError) in
      guard let text, let nanoseconds = parseDuration(text) else {
        throw OptionError(description: "invalid value for `timeout`: a duration is expected")
      }
      options.timeoutNanoseconds = nanoseconds
    },
    .number(
      "max-memory-size", "=N", "Bytes that a linear memory may have at most.",
      \.maximumMemoryBytes),
    .number(
      "max-table-elements", "=N", "Elements that a table may have at most.",
      \.maximumTableElements),
    .number("max-instances", "=N", "Instances that a store may hold.", \.maximumInstances),
    .number("max-wasm-stack", "=N", "Bytes that a guest stack may have.", \.maximumStackBytes),
    .toggle("instruction-fusion", "Translate common sequences to one instruction.") {
      $0.instructionFusion = $1
    },
    .toggle("concurrency-support", "Let components wait and run side by side; on by default.") {
      $0.concurrencySupport = $1
    },
    OptionRow(
      name: "schedule", value: "=fifo|random:SEED|replay:FILE",
      help: "`run` and `wast`: which of several ready threads goes first."
    ) { (options, text) throws(OptionError) in
      guard let schedule = text.flatMap(WasmOptions.Schedule.init(parsing:)) else {
        throw OptionError(
          description: "invalid value for `schedule`: fifo, random:SEED or replay:FILE is expected")
      }
      options.schedule = schedule
    },
    OptionRow(
      name: "record-schedule", value: "=FILE",
      help: "`run` and `wast`: write these choices to a file for `schedule=replay:FILE`."
    ) { (options, text) throws(OptionError) in
      guard let text else {
        throw OptionError(
          description: "invalid value for `record-schedule`: a file is expected")
      }
      options.recordedSchedulePath = text
    },
    .toggle("all-proposals", "Switch on every feature, also those that are still proposals.") {
      $0.allProposals = $1
    },
  ]
  + Feature.allCases.map { feature in
    .toggle(
      "\(feature.name)", "Feature; \(feature.isOnByDefault ? "on" : "off") by default in `run`."
    ) { $0.features.append((feature, $1)) }
  }

extension WasmOptions.Schedule {
  fileprivate init?(parsing text: String) {
    let parts = text.split(separator: ":", maxSplits: 1)
    switch (parts.first, parts.count) {
    case ("fifo", 1): self = .fifo
    case ("random", 2):
      guard let seed = parseUnsigned(parts[1]) else { return nil }
      self = .random(seed: seed)
    case ("replay", 2): self = .replay(path: String(parts[1]))
    default: return nil
    }
  }
}

extension WasmOptions {
  static let table = OptionTable(letter: "W", name: "wasm", rows: wasmOptions)

  /// Parses what follows each `-W`.
  init(parsing arguments: [String]) throws(OptionError) {
    try Self.table.apply(arguments, to: &self)
  }
}

/// A decimal or `0x` number; `_` may separate digits.
func parseUnsigned(_ text: some StringProtocol) -> UInt64? {
  let digits = String(text.filter { $0 != "_" })
  guard digits.first?.isHexDigit == true else { return nil }
  return digits.hasPrefix("0x") ? UInt64(digits.dropFirst(2), radix: 16) : UInt64(digits)
}

/// `2`, `2s`, `100ms`, `1m30s`: nanoseconds. A bare number is seconds.
func parseDuration(_ text: String) -> UInt64? {
  var total: UInt64 = 0
  var rest = Substring(text)
  guard !rest.isEmpty else { return nil }
  while !rest.isEmpty {
    let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
    rest = rest.dropFirst(digits.count)
    let unit = rest.prefix { $0.isLetter || $0 == "µ" }
    rest = rest.dropFirst(unit.count)
    let scale: Double
    switch unit {
    case "ns": scale = 1
    case "us", "µs": scale = 1e3
    case "ms": scale = 1e6
    case "", "s", "sec", "second", "seconds": scale = 1e9
    case "m", "min", "minute", "minutes": scale = 60e9
    case "h", "hr", "hour", "hours": scale = 3600e9
    default: return nil
    }
    guard let count = Double(digits), let part = UInt64(exactly: (count * scale).rounded()) else {
      return nil
    }
    let (sum, overflow) = total.addingReportingOverflow(part)
    guard !overflow else { return nil }
    total = sum
  }
  return total
}
