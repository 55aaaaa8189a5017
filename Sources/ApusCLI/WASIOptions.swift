// What `-S` accepts. Names and meanings are those of `wasmtime run`; interfaces that there are no hosts for can be
// switched off, but not on.

/// The settings that `-S` options give.
struct WASIOptions {
  /// The interfaces that a command gets, and those of WASI 0.3.
  var providesCLI = true
  var providesP3 = true
  var inheritsEnvironment = false
  var inheritsNetwork = false
  var allowsIPNameLookup = false
  var allowsTCP = true
  var allowsUDP = true
  var inheritsInput = true
  var inheritsOutput = true
  var inheritsErrors = true
  var initialDirectory: String?
}

/// An interface that is not there: `=n` says nothing new.
private func unsupported(_ name: String, _ help: String) -> OptionRow<WASIOptions> {
  OptionRow(name: name, value: "[=n]", help: "\(help) Not supported.") {
    (_, text) throws(OptionError) in
    guard let text, ["n", "no", "false"].contains(text) else {
      throw OptionError(description: "-S \(name) is not supported")
    }
  }
}

/// What is there in any case: `=y` says nothing new.
private func always(_ name: String, _ help: String) -> OptionRow<WASIOptions> {
  OptionRow(name: name, value: "[=y]", help: "\(help) Always on.") {
    (_, text) throws(OptionError) in
    guard ["y", "yes", "true"].contains(text ?? "y") else {
      throw OptionError(description: "-S \(name) cannot be switched off")
    }
  }
}

private let wasiOptions: [OptionRow<WASIOptions>] = [
  .toggle("cli", "WASI's files, clocks, randomness, sockets and standard streams; on by default.") {
    $0.providesCLI = $1
  },
  .toggle("common", "Another name for `cli`.") { $0.providesCLI = $1 },
  .toggle("p3", "The interfaces of WASI 0.3; on by default.") { $0.providesP3 = $1 },
  .toggle("inherit-env", "Pass on all environment variables.") { $0.inheritsEnvironment = $1 },
  .toggle("inherit-stdin", "Pass on standard input; on by default.") { $0.inheritsInput = $1 },
  .toggle("inherit-stdout", "Pass on standard output; on by default.") { $0.inheritsOutput = $1 },
  .toggle("inherit-stderr", "Pass on standard error; on by default.") { $0.inheritsErrors = $1 },
  .toggle("inherit-network", "Allow all addresses and ports, and name lookup.") {
    $0.inheritsNetwork = $1
  },
  .toggle("allow-ip-name-lookup", "Allow host names to be looked up.") {
    $0.allowsIPNameLookup = $1
  },
  .toggle("tcp", "Allow TCP sockets; on by default.") { $0.allowsTCP = $1 },
  .toggle("udp", "Allow UDP sockets; on by default.") { $0.allowsUDP = $1 },
  OptionRow(name: "cwd", value: "=DIR", help: "The current directory that guests are told.") {
    (options, text) throws(OptionError) in
    guard let text else {
      throw OptionError(description: "invalid value for `cwd`: a path is expected")
    }
    options.initialDirectory = text
  },
  always("cli-exit-with-code", "The function `exit-with-code`, which is not stable."),
  always("network-error-code", "The function `network-error-code`, which is not stable."),
  always("preview2", "WASI 0.1 on the same files and streams as 0.2."),
  unsupported("http", "WASI HTTP."),
  unsupported("nn", "WASI neural networks."),
  unsupported("threads", "WASI threads."),
  unsupported("config", "WASI config."),
  unsupported("keyvalue", "WASI key-value stores."),
  unsupported("tls", "WASI TLS."),
  unsupported("preview0", "Modules that import `wasi_unstable`."),
]

extension WASIOptions {
  static let table = OptionTable(letter: "S", name: "wasi", rows: wasiOptions)

  /// Parses what follows each `-S`.
  init(parsing arguments: [String]) throws(OptionError) {
    try Self.table.apply(arguments, to: &self)
  }
}
