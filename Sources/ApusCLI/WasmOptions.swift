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

/// A `-W` option that cannot be used, in the words shown to the user.
struct WasmOptionError: Error, CustomStringConvertible {
  var description: String
}

/// A row of the table: name, what its value looks like, what it does.
private struct WasmOption: Sendable {
  let name: String
  let value: String
  let help: String
  let apply: @Sendable (inout WasmOptions, _ value: String?) throws(WasmOptionError) -> Void

  static func number(
    _ name: String, _ value: String, _ help: String,
    _ path: any WritableKeyPath<WasmOptions, UInt64?> & Sendable
  ) -> WasmOption {
    WasmOption(name: name, value: value, help: help) { (options, text) throws(WasmOptionError) in
      guard let text, let number = parseUnsigned(text) else {
        throw WasmOptionError(description: "invalid value for `\(name)`: a number is expected")
      }
      options[keyPath: path] = number
    }
  }

  static func toggle(
    _ name: String, _ help: String, _ set: @escaping @Sendable (inout WasmOptions, Bool) -> Void
  ) -> WasmOption {
    WasmOption(name: name, value: "[=y|n]", help: help) {
      (options, text) throws(WasmOptionError) in
      switch text {
      case nil, "y", "yes", "true": set(&options, true)
      case "n", "no", "false": set(&options, false)
      default: throw WasmOptionError(description: "invalid value for `\(name)`: y or n is expected")
      }
    }
  }
}

private let wasmOptions: [WasmOption] =
  [
    .number(
      "fuel", "=N", "Trap after N units of fuel: about one for each instruction executed.", \.fuel),
    WasmOption(
      name: "timeout", value: "=N|Ns|Nms|..",
      help: "Trap once guest code has run for this long (1, 2s, 100ms, ...)."
    ) { (options, text) throws(WasmOptionError) in
      guard let text, let nanoseconds = parseDuration(text) else {
        throw WasmOptionError(description: "invalid value for `timeout`: a duration is expected")
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
    WasmOption(
      name: "schedule", value: "=fifo|random:SEED|replay:FILE",
      help: "`run` and `wast`: which of several ready threads goes first."
    ) { (options, text) throws(WasmOptionError) in
      guard let schedule = text.flatMap(WasmOptions.Schedule.init(parsing:)) else {
        throw WasmOptionError(
          description: "invalid value for `schedule`: fifo, random:SEED or replay:FILE is expected")
      }
      options.schedule = schedule
    },
    WasmOption(
      name: "record-schedule", value: "=FILE",
      help: "`run` and `wast`: write these choices to a file for `schedule=replay:FILE`."
    ) { (options, text) throws(WasmOptionError) in
      guard let text else {
        throw WasmOptionError(
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
  /// Parses what follows each `-W`: `name=value` pairs separated by commas.
  init(parsing arguments: [String]) throws(WasmOptionError) {
    for argument in arguments {
      for item in argument.split(separator: ",") {
        let parts = item.split(separator: "=", maxSplits: 1)
        let name = String(parts.first ?? "")
        guard let option = wasmOptions.first(where: { $0.name == name }) else {
          throw WasmOptionError(description: "unknown -W / --wasm option: \(name)")
        }
        try option.apply(&self, parts.count > 1 ? String(parts[1]) : nil)
      }
    }
  }

  static var help: String {
    let width = wasmOptions.map { $0.name.utf8.count + $0.value.utf8.count }.max() ?? 0
    var text = "Available wasm options:\n\n"
    for option in wasmOptions {
      let padding = width - option.name.utf8.count - option.value.utf8.count
      text += "  -W  \(String(repeating: " ", count: padding))\(option.name)\(option.value)"
      text += " -- \(option.help)\n"
    }
    return text
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
