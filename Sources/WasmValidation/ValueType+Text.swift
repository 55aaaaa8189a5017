// How types read in error messages: as in the text format, defined types by their index.

import WasmSyntax

extension HeapType {
  var text: String {
    if let index { return "\(index)" }
    return "\((abstract ?? .bottom).name)"
  }
}

extension ValueType {
  var text: String {
    switch kind {
    case .bottom: "any value"
    case .i32: "i32"
    case .i64: "i64"
    case .f32: "f32"
    case .f64: "f64"
    case .v128: "v128"
    case .reference: isNullable ? "(ref null \(heapType.text))" : "(ref \(heapType.text))"
    }
  }
}
