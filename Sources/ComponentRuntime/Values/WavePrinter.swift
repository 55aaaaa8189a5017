// Writes WAVE.

/// Writes values.
package struct WavePrinter {
  private var text = ""

  package static func text(_ value: ComponentValue) -> String {
    var printer = WavePrinter()
    printer.print(value)
    return printer.text
  }

  /// Recurses as deep as the value's type is nested.
  private mutating func print(_ value: ComponentValue) {
    switch value {
    case .bool(let value): text += value ? "true" : "false"
    case .s8(let value): text += String(value)
    case .u8(let value): text += String(value)
    case .s16(let value): text += String(value)
    case .u16(let value): text += String(value)
    case .s32(let value): text += String(value)
    case .u32(let value): text += String(value)
    case .s64(let value): text += String(value)
    case .u64(let value): text += String(value)
    case .f32(let value): text += Self.decimal(value)
    case .f64(let value): text += Self.decimal(value)
    case .char(let value): quote([value], "'")
    case .string(let value): quote(value.unicodeScalars, "\"")
    case .list(let values): list(values, "[", "]")
    case .bytes(let bytes): list(bytes.lazy.map { .u8($0) }, "[", "]")
    case .tuple(let values): list(values, "(", ")")
    case .map(let entries): list(entries.lazy.map { .tuple([$0.key, $0.value]) }, "[", "]")
    case .record(let fields): record(fields)
    case .variant(let label, let payload):
      self.label(label)
      self.payload(payload)
    case .enum(let label): self.label(label)
    case .option(nil): text += "none"
    case .option(let payload?):
      text += "some"
      self.payload(payload)
    case .result(.ok(let payload)):
      text += "ok"
      self.payload(payload)
    case .result(.error(let payload)):
      text += "err"
      self.payload(payload)
    case .flags(let labels): text += "{" + labels.joined(separator: ", ") + "}"
    // These have no text that could be read again.
    case .own(let id): text += "<own \(id.index)>"
    case .borrow(let id): text += "<borrow \(id.index)>"
    case .stream(let id): text += "<stream \(id.index)>"
    case .future(let id): text += "<future \(id.index)>"
    case .errorContext(let id): text += "<error-context \(id.index)>"
    }
  }

  private mutating func list(
    _ values: some Collection<ComponentValue>, _ opening: String, _ closing: String
  ) {
    text += opening
    var isFirst = true
    for value in values {
      if !isFirst { text += ", " }
      isFirst = false
      print(value)
    }
    text += closing
  }

  /// Options that are none are left away.
  private mutating func record(_ fields: [ComponentValue.RecordField]) {
    let written = fields.filter { $0.value != .option(nil) }
    if written.isEmpty {
      text += "{:}"
      return
    }
    text += "{"
    for (position, field) in written.enumerated() {
      if position > 0 { text += ", " }
      text += field.label + ": "
      print(field.value)
    }
    text += "}"
  }

  private mutating func payload(_ value: ComponentValue?) {
    guard let value else { return }
    text += "("
    print(value)
    text += ")"
  }

  private mutating func label(_ label: String) {
    if WaveLexer.keywords.contains(label) { text += "%" }
    text += label
  }

  // MARK: Characters

  private mutating func quote(_ scalars: some Sequence<Unicode.Scalar>, _ mark: String) {
    text += mark
    for scalar in scalars {
      switch scalar {
      case "\\": text += "\\\\"
      case "\"": text += "\\\""
      case "'": text += "\\'"
      case "\t": text += "\\t"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case _ where Self.isPrintable(scalar): text.unicodeScalars.append(scalar)
      default: text += "\\u{" + String(scalar.value, radix: 16) + "}"
      }
    }
    text += mark
  }

  private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII { return scalar.value >= 0x20 && scalar.value != 0x7f }
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator,
      .paragraphSeparator, .spaceSeparator:
      return false
    default: return !scalar.properties.isGraphemeExtend
    }
  }

  // MARK: Floats

  /// The shortest digits that read back as the same value, without an exponent.
  private static func decimal<Value: BinaryFloatingPoint & CustomStringConvertible>(
    _ value: Value
  ) -> String {
    if value.isNaN { return "nan" }
    if value.isInfinite { return value < 0 ? "-inf" : "inf" }
    var digits = value.description[...]
    var sign = ""
    if digits.first == "-" {
      sign = "-"
      digits.removeFirst()
    }
    var exponent = 0
    if let mark = digits.firstIndex(of: "e") {
      exponent = Int(digits[digits.index(after: mark)...]) ?? 0
      digits = digits[..<mark]
    }
    let parts = digits.split(separator: ".", omittingEmptySubsequences: false)
    var whole = String(parts[0])
    var fraction = parts.count > 1 ? String(parts[1]) : ""
    if exponent >= 0 {
      fraction += String(repeating: "0", count: max(0, exponent - fraction.count))
      whole += fraction.prefix(exponent)
      fraction.removeFirst(exponent)
    } else {
      whole = String(repeating: "0", count: max(0, 1 - exponent - whole.count)) + whole
      fraction = whole.suffix(-exponent) + fraction
      whole.removeLast(-exponent)
    }
    while fraction.last == "0" { fraction.removeLast() }
    let significant = whole.drop { $0 == "0" }
    whole = significant.isEmpty ? "0" : String(significant)
    return sign + whole + (fraction.isEmpty ? "" : "." + fraction)
  }
}
