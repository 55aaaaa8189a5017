// CanonicalABI.md, Loading of strings. A lifted string is not copied: it says where its valid code units are.

import CWasmExecution
import WasmSyntax

/// Loading: `MAX_STRING_BYTE_LENGTH`
let maxStringByteLength: UInt64 = (1 << 28) - 1

/// `utf16_tag`
@inline(__always)
func utf16Tag(_ is64: Bool) -> UInt64 { is64 ? 1 << 63 : 1 << 31 }

/// Loading: `String`, valid until it is lowered.
package struct LiftedString: BitwiseCopyable {
  package enum Encoding: UInt8, BitwiseCopyable, Sendable {
    case utf8
    case utf16
    case latin1
  }
  /// `src_simple_encoding`
  package let encoding: Encoding
  /// Whether `src_encoding` is latin1+utf16.
  package let isCompact: Bool
  /// `src_code_units`, without a tag. Fewer bits than a length has: a string is bounded, and small enough for registers.
  private let count: UInt32
  private let memory: UnsafeMutablePointer<WasmMemory>?
  private let address: UInt64

  init(
    _ encoding: Encoding, isCompact: Bool, codeUnits: UInt64, _ context: ContextRef,
    _ address: UInt64
  ) {
    self.encoding = encoding
    self.isCompact = isCompact
    count = UInt32(truncatingIfNeeded: codeUnits)
    memory = context.memory
    self.address = address
  }

  /// A string of the host of at most `maxStringByteLength`, which must stay where it is until it is lowered.
  package init(utf8 bytes: UnsafeBufferPointer<UInt8>) {
    encoding = .utf8
    isCompact = false
    count = UInt32(min(UInt64(bytes.count), maxStringByteLength))
    memory = nil
    address = UInt64(UInt(bitPattern: bytes.baseAddress))
  }

  @inline(__always) package var codeUnits: UInt64 { UInt64(count) }

  /// The code units. Valid until guest code runs.
  @inline(__always)
  package var bytes: UnsafeRawPointer {
    // Nobody reads through the pointer of an empty string.
    guard let memory else {
      return UnsafeRawPointer(bitPattern: UInt(address)) ?? UnsafeRawPointer(Self.nothing)
    }
    return UnsafeRawPointer(memory.pointee.base.unsafelyUnwrapped)
      + Int(truncatingIfNeeded: address)
  }

  private nonisolated(unsafe) static let nothing = UnsafeMutablePointer<UInt64>.allocate(
    capacity: 1)

  /// The string as Swift has it.
  package var value: String {
    let count = Int(codeUnits)
    switch encoding {
    case .utf8:
      return String(
        decoding: UnsafeRawBufferPointer(start: bytes, count: count), as: UTF8.self)
    case .utf16:
      let units = (0..<count).lazy.map {
        bytes.loadUnaligned(fromByteOffset: 2 * $0, as: UInt16.self)
      }
      return String(decoding: units, as: UTF16.self)
    case .latin1:
      let units = (0..<count).lazy.map {
        UInt16(bytes.load(fromByteOffset: $0, as: UInt8.self))
      }
      return String(decoding: units, as: UTF16.self)
    }
  }
}

extension ContextRef {
  /// `load_string` and `lift_flat_string`
  @inline(__always)
  package func liftString(_ place: Place) throws(ComponentTrap) -> LiftedString {
    let (pointer, taggedCodeUnits) = loadPair(place)
    return try loadStringFromRange(pointer, taggedCodeUnits)
  }

  /// `load_string_from_range`
  @inline(__always)
  package func loadStringFromRange(
    _ pointer: UInt64, _ taggedCodeUnits: UInt64
  ) throws(ComponentTrap) -> LiftedString {
    let tag = utf16Tag(is64)
    var encoding: LiftedString.Encoding
    var codeUnits = taggedCodeUnits
    var alignment: UInt64 = 2
    var isCompact = false
    switch opts.pointee.stringEncoding {
    case .utf8: (encoding, alignment) = (.utf8, 1)
    case .utf16: encoding = .utf16
    case .latin1UTF16:
      encoding = taggedCodeUnits & tag == 0 ? .latin1 : .utf16
      codeUnits &= ~tag
      isCompact = true
    }
    let unitSize: UInt64 = encoding == .utf16 ? 2 : 1
    try trapIf(codeUnits > maxStringByteLength / unitSize, .stringTooLong)
    try trapIf(isUnaligned(pointer, alignment), .unalignedPointer)
    try trapIf(
      isOutOfBounds(pointer, codeUnits * unitSize),
      isHostPeer ? .hostStringOutOfBounds : .stringOutOfBounds)
    switch encoding {
    case .utf8:
      switch validateUTF8(bytes(pointer), Int(codeUnits)) {
      case .valid: break
      case .invalid: throw ComponentTrap(.invalidUTF8)
      case .incomplete: throw ComponentTrap(.incompleteUTF8)
      }
    case .utf16:
      try trapIf(!isValidUTF16(bytes(pointer), Int(codeUnits)), .invalidUTF16)
    case .latin1: break
    }
    return LiftedString(encoding, isCompact: isCompact, codeUnits: codeUnits, self, pointer)
  }
}
