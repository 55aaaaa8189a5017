// The C tables of handlers, indexed for the translator: one row per opcode with the shape of its operands.

import CWasmExecution
import WasmSyntax

/// How the operands of an instruction are encoded; the raw values are WASM_SHAPE_*.
enum HandlerShape: UInt8 {
  case none = 0
  case nothing, stack, unary, binary, ternary, extractLane, replaceLane, shuffle
  case intBinary, intCompare, intTest, floatBinary, floatCompare
  case load, store, vectorLoad, loadLane, storeLane, atomic
}

/// What the translator needs to know of an opcode.
struct HandlerRow {
  var shape: HandlerShape = .none
  var family: UInt8 = 0
  /// 0 for 32 bits, 1 for 64: of the operands of arithmetic, of the value of loads and stores.
  var width: UInt8 = 0
  /// Whether that value is a float.
  var isFloat = false
  var operands: UInt8 = 0
  var results: UInt8 = 0
  var resultIsVector = false
  var handlers: (UnsafeRawPointer?, UnsafeRawPointer?, UnsafeRawPointer?) = (nil, nil, nil)
}

/// All rows, by opcode.
struct HandlerTable: @unchecked Sendable {
  // Invariant: `rows` points at `Opcode.count` rows that are never written to again and never freed.
  static let shared = HandlerTable()

  let rows: UnsafePointer<HandlerRow>

  private init() {
    let rows = UnsafeMutablePointer<HandlerRow>.allocate(capacity: Opcode.count)
    rows.initialize(repeating: HandlerRow(), count: Opcode.count)
    for group in 0..<UInt32.max {
      var count: UInt32 = 0
      guard let first = wasm_handler_rows(group, &count) else { break }
      for row in UnsafeBufferPointer(start: first, count: Int(count)) {
        rows[Int(row.opcode)] = Self.row(row)
      }
    }
    self.rows = UnsafePointer(rows)
  }

  private static func row(_ source: WasmHandlerRow) -> HandlerRow {
    var row = HandlerRow()
    row.shape = HandlerShape(rawValue: source.shape) ?? .none
    row.family = source.family
    row.handlers = source.handlers
    guard let definition = Opcode(source.opcode).definition else { return row }
    var isResult = false
    var last: UInt8 = 0
    definition.signature.withUTF8Buffer { signature in
      for character in signature {
        switch character {
        case UInt8(ascii: ":"): isResult = true
        case _ where isResult:
          row.results += 1
          row.resultIsVector = character == UInt8(ascii: "v")
          if row.shape == .load { last = character }
        default:
          row.operands += 1
          last = character
        }
      }
    }
    row.width = last == UInt8(ascii: "l") || last == UInt8(ascii: "d") ? 1 : 0
    row.isFloat = last == UInt8(ascii: "f") || last == UInt8(ascii: "d")
    return row
  }
}

/// A handler that the translator names itself.
@inline(__always)
func special(_ special: WasmSpecial) -> UnsafeRawPointer? { wasm_special(special) }
