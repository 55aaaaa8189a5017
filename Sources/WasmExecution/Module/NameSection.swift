// The custom section "name" (Appendix, Custom Sections): read leniently, because it is for people and never makes a
// module invalid.

import WasmBinary
import WasmSyntax

/// Names of the module and its functions.
package struct NameSection: Sendable {
  package var module: String?
  package var functions: [UInt32: String] = [:]

  package init(module: Module) {
    guard let section = module.customSections.last(where: { $0.name == "name" }) else { return }
    try? read(ByteReader(module.bytes, range: section.payload))
  }

  private mutating func read(_ section: ByteReader) throws(ModuleError) {
    var reader = section
    while !reader.isAtEnd {
      let id = try reader.readByte()
      var subsection = try reader.split(count: Int(try reader.readU32()))
      switch id {
      case 0: module = try subsection.readName()
      case 1:
        for _ in 0..<(try subsection.readCount()) {
          let index = try subsection.readU32()
          functions[index] = try subsection.readName()
        }
      default: break
      }
    }
  }
}
