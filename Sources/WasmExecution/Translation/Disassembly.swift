// Translated code as text, for those who work on fusion: which instructions came out of a function.

import CWasmExecution
import WasmSyntax

extension FunctionTranslation {
  /// One line an instruction: index, offset in the module, handler and fields.
  package var disassembly: String {
    let names = HandlerNames.shared
    var lines: [String] = []
    for index in 0..<(end - entry) {
      let instruction = entry[index]
      let offset = byteOffset(of: entry + index).map { String($0, radix: 16) } ?? "?"
      let name = names[instruction.handler]
      lines.append(
        "\(index)\t0x\(offset)\t\(name)\ta=\(instruction.a) b=\(instruction.b)"
          + " d=\(instruction.d) t=\(instruction.t)")
    }
    return lines.joined(separator: "\n")
  }
}

/// Names of handlers, put together from the tables they stand in.
struct HandlerNames: @unchecked Sendable {
  // Invariant: immutable after init.
  static let shared = HandlerNames()

  private var names: [UnsafeRawPointer: String] = [:]

  subscript(handler: UnsafeRawPointer?) -> String {
    handler.flatMap { names[$0] } ?? "?"
  }

  private static let kinds = ["s", "i"]
  private static let floatKinds = ["ss", "sk", "ks"]
  private static let addresses = ["s", "w", "x", "n", "y1", "y2", "y3"]
  private static let directions = ["", ".loop"]
  private static let operations = [
    "add", "sub", "mul", "and", "or", "xor", "shl", "shr_s", "shr_u", "rotl", "rsub",
  ]
  private static let comparisons = [
    "eq", "ne", "lt_s", "lt_u", "gt_s", "gt_u", "le_s", "le_u", "ge_s", "ge_u",
  ]
  private static let floatOperations = ["add", "sub", "mul", "rsub"]
  private static let floatComparisons = [
    "eq", "ne", "lt", "gt", "le", "ge", "nlt", "ngt", "nle", "nge",
  ]
  private static let loads = [
    "load32", "load8_s", "load8_u", "load16_s", "load16_u", "load64", "load8_s64", "load16_s64",
    "load32_s64", "load128",
  ]
  private static let stores = ["store8", "store16", "store32", "store64", "store128"]
  private static let fields = ["8_s", "8_u", "16_s", "16_u", "32", "64", "128"]
  private static let specials = [
    "lazy", "entry.0", "entry.1", "entry.2", "entry.n", "loop", "br", "br.loop", "br_table",
    "unreachable", "return", "return.s", "return.i", "call", "call.import", "call_indirect",
    "call_ref", "return_call", "return_call.import", "return_call_indirect", "return_call_ref",
    "helper", "move", "move128", "const", "const128", "select128", "copy_slots", "global.get",
    "global.get128", "global.set", "global.set.i", "global.set128", "table.get", "table.set",
    "table.size", "memory.size", "ref.func", "ref.as_non_null", "ref.test", "ref.cast",
    "br_on_cast", "br_on_cast.loop", "br_on_cast_fail", "br_on_cast_fail.loop", "ref.i31",
    "i31.get_s", "i31.get_u", "array.len", "atomic.fence",
  ]

  private init() {
    nameRows()
    for index in 0..<WASM_SPECIALS.rawValue {
      add(wasm_special(WasmSpecial(rawValue: index)), Self.specials[Int(index)])
    }
    nameIntegers()
    nameFloats()
    nameMemory()
    for (index, field) in Self.fields.enumerated() {
      add(wasm_field_get(UInt32(index)), "struct.get.\(field)")
      add(wasm_field_set(UInt32(index)), "struct.set.\(field)")
      add(wasm_element_get(UInt32(index)), "array.get.\(field)")
      add(wasm_element_set(UInt32(index)), "array.set.\(field)")
    }
  }

  private mutating func add(_ handler: UnsafeRawPointer?, _ name: String) {
    if let handler, names[handler] == nil { names[handler] = name }
  }

  private mutating func nameRows() {
    for definition in InstructionTable.shared.rows {
      let row = HandlerTable.shared.rows[Int(definition.opcode.rawValue)]
      let suffixes =
        switch row.shape {
        case .intBinary, .intCompare, .intTest: ["ss", "si", "is"]
        case .floatBinary, .floatCompare: Self.floatKinds
        case .vectorLoad, .loadLane, .storeLane: ["s", "stack", ""]
        case .load, .store, .atomic: ["stack", "", ""]
        default: ["", "", ""]
        }
      let handlers = [row.handlers.0, row.handlers.1, row.handlers.2]
      for (handler, suffix) in zip(handlers, suffixes) {
        add(handler, suffix.isEmpty ? "\(definition.name)" : "\(definition.name).\(suffix)")
      }
    }
  }

  private mutating func nameIntegers() {
    for width in 0..<UInt32(2) {
      let type = width == 0 ? "i32" : "i64"
      add(wasm_add_add(width), "\(type).add, add")
      for (comparison, name) in Self.comparisons.enumerated() {
        let comparison = UInt32(comparison)
        for (kind, letter) in Self.kinds.enumerated() {
          let kind = UInt32(kind)
          add(wasm_compare_select(width, comparison, kind), "\(type).select.\(name).s\(letter)")
          for (direction, suffix) in Self.directions.enumerated() {
            let direction = UInt32(direction)
            add(
              wasm_branch(width, comparison, kind, direction),
              "br\(suffix).\(type).\(name).s\(letter)")
            add(
              wasm_add_branch(width, comparison, kind, direction),
              "\(type).add, br\(suffix).\(name).s\(letter)")
            add(
              wasm_operation_branch(0, width, comparison, kind, direction),
              "br\(suffix).\(type).and.\(name).s\(letter)i")
            add(
              wasm_operation_branch(1, width, comparison, kind, direction),
              "br\(suffix).\(type).add.\(name).s\(letter)i")
          }
        }
      }
      for (inner, innerName) in Self.operations.dropLast().enumerated() {
        for (outer, outerName) in Self.operations.enumerated() {
          for kinds in 0..<UInt32(4) {
            add(
              wasm_pair(width, UInt32(inner), UInt32(outer), kinds >> 1, kinds & 1),
              "\(type).\(innerName).\(outerName)"
                + ".s\(Self.kinds[Int(kinds >> 1)])\(Self.kinds[Int(kinds & 1)])")
          }
        }
      }
    }
  }

  private mutating func nameFloats() {
    for width in 0..<UInt32(2) {
      let type = width == 0 ? "f32" : "f64"
      for (comparison, name) in Self.floatComparisons.enumerated() {
        for (kinds, letters) in Self.floatKinds.enumerated() {
          add(
            wasm_float_compare(width, UInt32(comparison), UInt32(kinds)),
            "\(type).\(name).\(letters)")
          for (direction, suffix) in Self.directions.enumerated() {
            add(
              wasm_float_branch(width, UInt32(comparison), UInt32(kinds), UInt32(direction)),
              "br\(suffix).\(type).\(name).\(letters)")
          }
        }
      }
      for (inner, innerName) in Self.floatOperations.dropLast().enumerated() {
        for (outer, outerName) in Self.floatOperations.enumerated() {
          for kinds in 0..<UInt32(4) {
            add(
              wasm_float_pair(width, UInt32(inner), UInt32(outer), kinds >> 1, kinds & 1),
              "\(type).\(innerName).\(outerName).s\(kinds >> 1 == 0 ? "s" : "k")"
                + (kinds & 1 == 0 ? "s" : "k"))
          }
        }
      }
    }
  }

  private mutating func nameMemory() {
    for (address, letter) in Self.addresses.enumerated() {
      let address = UInt32(address)
      for (load, name) in Self.loads.enumerated() {
        add(wasm_load(UInt32(load), address), "\(name).\(letter)")
      }
      for (store, name) in Self.stores.enumerated() {
        for (kind, value) in Self.kinds.enumerated() {
          add(wasm_store(UInt32(store), address, UInt32(kind)), "\(name).\(letter)\(value)")
        }
      }
    }
    nameFusedMemory()
    for first in 0..<UInt32(2) {
      for second in 0..<UInt32(2) {
        let letters = Self.kinds[Int(first)] + Self.kinds[Int(second)]
        add(wasm_double_move(first, second), "move, move.\(letters)")
        add(wasm_select(first, second), "select.\(letters)")
      }
    }
  }

  private mutating func nameFusedMemory() {
    for (address, letter) in Self.addresses.prefix(3).enumerated() {
      let address = UInt32(address)
      for (outer, name) in Self.operations.enumerated() {
        for (kind, value) in Self.kinds.enumerated() {
          for load in 0...WASM_LOAD16_U.rawValue {
            add(
              wasm_load_operation(0, load, UInt32(outer), address, UInt32(kind)),
              "\(Self.loads[Int(load)]).\(name).\(letter)\(value)")
          }
          add(
            wasm_load_operation(1, WASM_LOAD64.rawValue, UInt32(outer), address, UInt32(kind)),
            "load64.\(name).\(letter)\(value)")
        }
      }
      for (outer, name) in Self.floatOperations.enumerated() {
        add(wasm_load_float_operation(0, UInt32(outer), address), "load32.f32.\(name).\(letter)")
        add(wasm_load_float_operation(1, UInt32(outer), address), "load64.f64.\(name).\(letter)")
      }
    }
    for (store, name) in Self.stores.prefix(4).enumerated() {
      for (from, letter) in Self.addresses.prefix(4).enumerated() {
        for (to, other) in Self.addresses.prefix(4).enumerated() {
          add(wasm_copy(UInt32(store), UInt32(from), UInt32(to)), "copy.\(name).\(letter)\(other)")
        }
      }
    }
    nameOperationStores()
    for load in 0...WASM_LOAD64.rawValue {
      for (comparison, name) in Self.comparisons.enumerated() {
        for form in 0..<UInt32(8) {
          let (address, kind, direction) = (form >> 2, form >> 1 & 1, form & 1)
          add(
            wasm_load_branch(load, UInt32(comparison), address, kind, direction),
            "\(Self.loads[Int(load)]), br\(Self.directions[Int(direction)]).\(name)"
              + ".\(Self.addresses[Int(address)])\(Self.kinds[Int(kind)])")
        }
      }
    }
  }

  private mutating func nameOperationStores() {
    for (address, letter) in ["s", "w", "n"].enumerated() {
      let address = UInt32(address)
      for width in 0..<UInt32(2) {
        let type = width == 0 ? "32" : "64"
        for (operation, name) in Self.operations.dropLast().enumerated() {
          for (store, storeName) in Self.stores.prefix(width == 0 ? 3 : 4).enumerated() {
            for (kind, value) in Self.kinds.enumerated() {
              add(
                wasm_operation_store(
                  width, UInt32(operation), UInt32(store), address, UInt32(kind)),
                "i\(type).\(name).\(storeName).\(letter)\(value)")
            }
          }
        }
        for (operation, name) in Self.floatOperations.dropLast().enumerated() {
          add(
            wasm_float_operation_store(width, UInt32(operation), address),
            "f\(type).\(name).store.\(letter)")
        }
      }
    }
  }
}
