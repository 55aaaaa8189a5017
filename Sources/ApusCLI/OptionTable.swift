// Options of the form `-X name[=value],...`: one table each, from which arguments are parsed and help is printed.

/// An option that cannot be used, in the words shown to the user.
struct OptionError: Error, CustomStringConvertible {
  var description: String
}

/// A row: name, what its value looks like, what it does to the settings.
struct OptionRow<Settings>: Sendable {
  let name: String
  let value: String
  let help: String
  let apply: @Sendable (inout Settings, _ value: String?) throws(OptionError) -> Void

  static func number(
    _ name: String, _ value: String, _ help: String,
    _ path: any WritableKeyPath<Settings, UInt64?> & Sendable
  ) -> OptionRow {
    OptionRow(name: name, value: value, help: help) { (settings, text) throws(OptionError) in
      guard let text, let number = parseUnsigned(text) else {
        throw OptionError(description: "invalid value for `\(name)`: a number is expected")
      }
      settings[keyPath: path] = number
    }
  }

  static func toggle(
    _ name: String, _ help: String, _ set: @escaping @Sendable (inout Settings, Bool) -> Void
  ) -> OptionRow {
    OptionRow(name: name, value: "[=y|n]", help: help) { (settings, text) throws(OptionError) in
      switch text {
      case nil, "y", "yes", "true": set(&settings, true)
      case "n", "no", "false": set(&settings, false)
      default: throw OptionError(description: "invalid value for `\(name)`: y or n is expected")
      }
    }
  }
}

/// All options of one letter.
struct OptionTable<Settings>: Sendable {
  let letter: String
  /// The long form of the letter, and what help calls the options.
  let name: String
  let rows: [OptionRow<Settings>]

  /// Applies what follows each `-X`: `name=value` pairs separated by commas.
  func apply(_ arguments: [String], to settings: inout Settings) throws(OptionError) {
    for argument in arguments {
      for item in argument.split(separator: ",") {
        let parts = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let name = String(parts.first ?? "")
        guard let row = rows.first(where: { $0.name == name }) else {
          throw OptionError(
            description:
              "unknown -\(letter) / --\(self.name) option: \(name) (see -\(letter) help)")
        }
        try row.apply(&settings, parts.count > 1 ? String(parts[1]) : nil)
      }
    }
  }

  var help: String {
    let width = rows.map { $0.name.utf8.count + $0.value.utf8.count }.max() ?? 0
    var text = "Available \(name) options:\n\n"
    for row in rows {
      let padding = width - row.name.utf8.count - row.value.utf8.count
      text += "  -\(letter)  \(String(repeating: " ", count: padding))\(row.name)\(row.value)"
      text += " -- \(row.help)\n"
    }
    return text
  }
}
