// Writes the primitives of the binary format. Numbers take their shortest form, so that what is printed and parsed
// again comes out byte for byte.

import WasmSyntax

/// Grows an array of bytes.
package struct ByteWriter: Sendable {
  package var bytes: [UInt8] = []

  package init() {}

  package var count: Int { bytes.count }

  // MARK: Bytes

  package mutating func writeByte(_ byte: UInt8) { bytes.append(byte) }

  package mutating func writeBytes(_ other: some Sequence<UInt8>) {
    bytes.append(contentsOf: other)
  }

  package mutating func writeF32(bits: UInt32) {
    withUnsafeBytes(of: bits.littleEndian) { bytes.append(contentsOf: $0) }
  }

  package mutating func writeF64(bits: UInt64) {
    withUnsafeBytes(of: bits.littleEndian) { bytes.append(contentsOf: $0) }
  }

  package mutating func writeV128(low: UInt64, high: UInt64) {
    writeF64(bits: low)
    writeF64(bits: high)
  }

  // MARK: Integers (Binary Format, Values)

  package mutating func writeU32(_ value: UInt32) { writeU64(UInt64(value)) }

  package mutating func writeU64(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(truncatingIfNeeded: rest))
  }

  package mutating func writeS32(_ value: Int32) { writeS64(Int64(value)) }

  /// The caller keeps to 33 bits.
  package mutating func writeS33(_ value: Int64) { writeS64(value) }

  package mutating func writeS64(_ value: Int64) {
    var rest = value
    while rest < -64 || rest > 63 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(truncatingIfNeeded: rest) & 0x7F)
  }

  /// The length of a vector.
  package mutating func writeCount(_ count: Int) { writeU64(UInt64(count)) }

  // MARK: Names and sized parts

  /// Binary Format, Names: the bytes with their length in front. Text strings need not be UTF-8, hence bytes.
  package mutating func writeName(_ utf8: some Collection<UInt8>) {
    writeCount(utf8.count)
    writeBytes(utf8)
  }

  package mutating func writeName(_ name: String) { writeName(name.utf8) }

  /// What `write` appends, with its size in front.
  package mutating func writeSized<E: Error>(
    _ write: (inout ByteWriter) throws(E) -> Void
  ) throws(E) {
    let start = bytes.count
    try write(&self)
    endSized(from: start)
  }

  /// Puts the size of everything written since `start` (a former `count`) in front of it.
  package mutating func endSized(from start: Int) {
    var size = ByteWriter()
    size.writeCount(bytes.count - start)
    bytes.insert(contentsOf: size.bytes, at: start)
  }

  // MARK: Modules (Binary Format, Modules)

  /// Magic and version.
  package mutating func writeModuleHeader() {
    writeBytes([0x00, 0x61, 0x73, 0x6D, 0x01, 0x00, 0x00, 0x00])
  }

  package mutating func writeSection<E: Error>(
    _ id: SectionID, _ write: (inout ByteWriter) throws(E) -> Void
  ) throws(E) {
    writeByte(id.rawValue)
    try writeSized(write)
  }

  package mutating func writeCustomSection<E: Error>(
    name: some Collection<UInt8>, _ write: (inout ByteWriter) throws(E) -> Void
  ) throws(E) {
    try writeSection(.custom) { (writer: inout ByteWriter) throws(E) in
      writer.writeName(name)
      try write(&writer)
    }
  }
}
