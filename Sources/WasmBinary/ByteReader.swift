// Reads the primitives of the binary format from memory that the caller keeps alive. Every read is checked against the
// end. `package` functions are not inlined into other rooms, whatever they are annotated with (Swift 6.3): a loop that
// lives on reading repeats the common case for itself, as the validator does in `ByteReader+ShortForms.swift`.

import WasmSyntax

/// A position in bytes that belong to a file; `InstructionCursor` is the same thing standing on instructions.
package struct ByteReader {
  // Invariant: base <= pointer <= end, and all of that memory is readable for as long as the reader is used.
  package var pointer: UnsafeRawPointer
  package let end: UnsafeRawPointer
  package let base: UnsafeRawPointer
  /// Where `base` lies in the file: a module may be a slice of a component.
  package let fileOffset: Int

  /// Reads all of `bytes`, or a range of them (clamped). The caller keeps `bytes` alive.
  package init(_ bytes: Bytes, range: ByteRange? = nil) {
    base = bytes.unsafeBase
    fileOffset = bytes.range.lowerBound
    let count = bytes.count
    let lower = min(max(range?.lowerBound ?? 0, 0), count)
    let upper = min(max(range?.upperBound ?? count, lower), count)
    pointer = base + lower
    end = base + upper
  }

  init(base: UnsafeRawPointer, fileOffset: Int, range: ByteRange) {
    self.base = base
    self.fileOffset = fileOffset
    pointer = base + range.lowerBound
    end = base + range.upperBound
  }

  /// The position relative to the start of the module, as in `ByteRange`s.
  package var position: Int {
    @inline(__always) get { pointer - base }
  }

  /// Where the reader stops, relative to the start of the module.
  package var endPosition: Int { end - base }

  /// The position relative to the start of the file, as errors give it.
  package var offset: Int { pointer - base + fileOffset }

  package var remaining: Int {
    @inline(__always) get { end - pointer }
  }

  package var isAtEnd: Bool {
    @inline(__always) get { pointer == end }
  }

  /// Moves to a position relative to the start of the module, clamped to the end.
  package mutating func move(to position: Int) {
    pointer = base + min(max(position, 0), end - base)
  }

  /// A reader of the same memory that stops earlier: `count` bytes from here, which this reader then stands behind.
  package mutating func split(count: Int) throws(ModuleError) -> ByteReader {
    guard count <= remaining else { throw malformed("length out of bounds") }
    let inner = ByteReader(
      base: base, fileOffset: fileOffset, range: position..<position + count)
    pointer += count
    return inner
  }

  // MARK: Errors

  /// An error at the current position, or at a position relative to the start of the module.
  @inline(never)
  package func malformed(_ message: String, at position: Int? = nil) -> ModuleError {
    ModuleError(.malformed, message, at: .offset((position ?? self.position) + fileOffset))
  }

  @inline(never)
  package func invalid(_ message: String, at position: Int? = nil) -> ModuleError {
    ModuleError(.invalid, message, at: .offset((position ?? self.position) + fileOffset))
  }

  @inline(never)
  func unexpectedEnd() -> ModuleError { malformed("unexpected end", at: endPosition) }

  // MARK: Bytes

  package func peekByte() -> UInt8? {
    pointer == end ? nil : pointer.load(as: UInt8.self)
  }

  package mutating func readByte() throws(ModuleError) -> UInt8 {
    guard pointer != end else { throw unexpectedEnd() }
    let byte = pointer.load(as: UInt8.self)
    pointer += 1
    return byte
  }

  package mutating func skip(_ count: Int) throws(ModuleError) {
    guard count <= end - pointer else { throw unexpectedEnd() }
    pointer += count
  }

  package mutating func readF32Bits() throws(ModuleError) -> UInt32 {
    guard end - pointer >= 4 else { throw unexpectedEnd() }
    let bits = UInt32(littleEndian: pointer.loadUnaligned(as: UInt32.self))
    pointer += 4
    return bits
  }

  package mutating func readF64Bits() throws(ModuleError) -> UInt64 {
    guard end - pointer >= 8 else { throw unexpectedEnd() }
    let bits = UInt64(littleEndian: pointer.loadUnaligned(as: UInt64.self))
    pointer += 8
    return bits
  }

  package mutating func readV128() throws(ModuleError) -> (low: UInt64, high: UInt64) {
    (try readF64Bits(), try readF64Bits())
  }

  // MARK: Integers (Binary Format, Values)

  package mutating func readU32() throws(ModuleError) -> UInt32 {
    if pointer != end {
      let byte = pointer.load(as: UInt8.self)
      if byte < 0x80 {
        pointer += 1
        return UInt32(byte)
      }
    }
    return UInt32(truncatingIfNeeded: try readLongUnsigned(bits: 32))
  }

  package mutating func readU64() throws(ModuleError) -> UInt64 {
    if pointer != end {
      let byte = pointer.load(as: UInt8.self)
      if byte < 0x80 {
        pointer += 1
        return UInt64(byte)
      }
    }
    return try readLongUnsigned(bits: 64)
  }

  package mutating func readS32() throws(ModuleError) -> Int32 {
    Int32(truncatingIfNeeded: try readSigned(bits: 32))
  }

  package mutating func readS33() throws(ModuleError) -> Int64 { try readSigned(bits: 33) }

  package mutating func readS64() throws(ModuleError) -> Int64 { try readSigned(bits: 64) }

  mutating func readSigned(bits: Int) throws(ModuleError) -> Int64 {
    if pointer != end {
      let byte = pointer.load(as: UInt8.self)
      if byte < 0x80 {
        pointer += 1
        return Int64(Int8(bitPattern: byte &<< 1)) &>> 1
      }
    }
    return try readLongSigned(bits: bits)
  }

  @inline(never)
  mutating func readLongUnsigned(bits: Int) throws(ModuleError) -> UInt64 {
    let start = position
    var value: UInt64 = 0
    var shift = 0
    while true {
      guard pointer != end else { throw unexpectedEnd() }
      let byte = pointer.load(as: UInt8.self)
      pointer += 1
      let left = bits &- shift
      value |= UInt64(byte & 0x7F) &<< UInt64(shift)
      if left <= 7 {
        // The last byte there can be: nothing may follow it, and the bits beyond the number's width are zero.
        if byte & 0x80 != 0 { throw malformed("integer representation too long", at: start) }
        if byte >> left != 0 { throw malformed("integer too large", at: start) }
        return value
      }
      if byte & 0x80 == 0 { return value }
      shift &+= 7
    }
  }

  @inline(never)
  mutating func readLongSigned(bits: Int) throws(ModuleError) -> Int64 {
    let start = position
    var value: UInt64 = 0
    var shift = 0
    while true {
      guard pointer != end else { throw unexpectedEnd() }
      let byte = pointer.load(as: UInt8.self)
      pointer += 1
      let left = bits &- shift
      value |= UInt64(byte & 0x7F) &<< UInt64(shift)
      if left <= 7 {
        if byte & 0x80 != 0 { throw malformed("integer representation too long", at: start) }
        // The bits beyond the number's width repeat its sign.
        let sign = Int8(bitPattern: byte &<< 1) >> left
        if sign != 0 && sign != -1 { throw malformed("integer too large", at: start) }
      } else if byte & 0x80 != 0 {
        shift &+= 7
        continue
      }
      shift &+= 7
      return shift < 64
        ? Int64(bitPattern: value &<< UInt64(64 &- shift)) >> (64 &- shift)
        : Int64(bitPattern: value)
    }
  }

  // MARK: Vectors and names

  /// The length of a vector (Binary Format, Vectors). Elements take at least a byte, so that a length beyond what is
  /// left is refused here and memory reserved for the elements is bounded by the input.
  package mutating func readCount() throws(ModuleError) -> Int {
    let start = position
    let count = Int(try readU32())
    guard count <= remaining else { throw malformed("length out of bounds", at: start) }
    return count
  }

  /// Binary Format, Names.
  package mutating func readName() throws(ModuleError) -> String {
    let count = try readCount()
    let start = position
    let name = UnsafeRawBufferPointer(start: pointer, count: count)
    pointer += count
    guard let string = String(validating: name, as: UTF8.self) else {
      throw malformed("malformed UTF-8 encoding", at: start)
    }
    return string
  }
}
