// Values as text: WAVE, as the command prints results.

import ComponentRuntime

extension ComponentValue: CustomStringConvertible {
  /// The value in WAVE: `{name: "a", sizes: [1, 2]}`. Fields that are `none` are left away. Resources, streams, futures and
  /// error contexts have no text there: they are `<own>`, `<borrow>`, `<stream>`, `<future>` and `<error-context>`.
  public var description: String { WavePrinter.text(printable) }

  /// The same for the printer, with words in place of what only a store has. Recurses as deep as the value is nested.
  private var printable: RuntimeValue {
    switch self {
    case .bool(let value): .bool(value)
    case .s8(let value): .s8(value)
    case .u8(let value): .u8(value)
    case .s16(let value): .s16(value)
    case .u16(let value): .u16(value)
    case .s32(let value): .s32(value)
    case .u32(let value): .u32(value)
    case .s64(let value): .s64(value)
    case .u64(let value): .u64(value)
    case .f32(let value): .f32(value)
    case .f64(let value): .f64(value)
    case .char(let value): .char(value)
    case .string(let value): .string(value)
    case .list(let values): .list(values.map(\.printable))
    case .map(let entries): .map(entries.map { .init($0.key.printable, $0.value.printable) })
    case .record(let fields): .record(fields.map { .init($0.label, $0.value.printable) })
    case .tuple(let values): .tuple(values.map(\.printable))
    case .variant(let label, let payload): .variant(label: label, payload: payload?.printable)
    case .enum(let label): .enum(label)
    case .option(let payload): .option(payload?.printable)
    case .ok(let payload): .result(.ok(payload?.printable))
    case .error(let payload): .result(.error(payload?.printable))
    case .flags(let labels): .flags(labels)
    case .own: .enum("<own>")
    case .borrow: .enum("<borrow>")
    case .stream: .enum("<stream>")
    case .future: .enum("<future>")
    case .errorContext: .enum("<error-context>")
    }
  }
}
