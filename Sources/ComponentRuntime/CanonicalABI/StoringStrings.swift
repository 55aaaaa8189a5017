// CanonicalABI.md, Storing of strings: which allocations are made, with which arguments and in which order, is part of
// the specification, because the guest's `realloc` sees them.

import WasmSyntax

/// Storing: `REALLOC_I32_MAX`
let reallocI32Max: UInt64 = (1 << 32) - 1

extension ContextRef {
  /// `store_string` and `lower_flat_string`
  @inline(__always)
  package func lowerString(_ source: LiftedString, _ place: Place) throws(ComponentTrap) {
    let (pointer, taggedCodeUnits) = try storeStringIntoRange(source)
    storePair(pointer, taggedCodeUnits, place)
  }

  /// `store_string_into_range`. The specification's text takes the source's length apart with this side's tag; what is
  /// meant, and done in `loadStringFromRange`, is the source's.
  @inline(__always)
  package func storeStringIntoRange(
    _ source: LiftedString
  ) throws(ComponentTrap) -> (pointer: UInt64, taggedCodeUnits: UInt64) {
    switch opts.pointee.stringEncoding {
    case .utf8:
      switch source.encoding {
      case .utf8: return try storeStringCopy(source, unitSize: 1, alignment: 1)
      case .utf16: return try storeStringToUTF8(source, source.codeUnits * 3)
      case .latin1: return try storeStringToUTF8(source, source.codeUnits * 2)
      }
    case .utf16:
      switch source.encoding {
      case .utf8: return try storeUTF8ToUTF16(source)
      case .utf16, .latin1: return try storeStringCopy(source, unitSize: 2, alignment: 2)
      }
    case .latin1UTF16:
      guard source.isCompact else { return try storeStringToLatin1OrUTF16(source) }
      switch source.encoding {
      case .latin1: return try storeStringCopy(source, unitSize: 1, alignment: 2)
      case .utf16, .utf8: return try storeProbablyUTF16ToLatin1OrUTF16(source)
      }
    }
  }

  /// The trap checks after each call of `realloc`.
  @inline(__always)
  private func check(
    _ pointer: UInt64, _ alignment: UInt64, _ byteLength: UInt64
  ) throws(ComponentTrap) {
    try checkAllocated(pointer, alignment, byteLength, .stringOutOfBounds)
  }

  /// `store_string_copy`
  private func storeStringCopy(
    _ source: LiftedString, unitSize: UInt64, alignment: UInt64
  ) throws(ComponentTrap) -> (UInt64, UInt64) {
    let units = source.codeUnits
    let byteLength = unitSize * units
    let pointer = try allocate(alignment, byteLength)
    try check(pointer, alignment, byteLength)
    if source.encoding == .latin1 && unitSize == 2 {
      inflateLatin1(source.bytes, Int(units), to: bytes(pointer))
    } else if byteLength > 0 {
      bytes(pointer).copyMemory(from: source.bytes, byteCount: Int(byteLength))
    }
    return (pointer, units)
  }

  /// `store_string_to_utf8`
  private func storeStringToUTF8(
    _ source: LiftedString, _ worstCaseSize: UInt64
  ) throws(ComponentTrap) -> (UInt64, UInt64) {
    let units = source.codeUnits
    var pointer = try allocate(1, units)
    try check(pointer, 1, units)
    let ascii = UInt64(copyASCII(source, to: bytes(pointer)))
    if ascii == units { return (pointer, units) }
    assert(worstCaseSize <= reallocI32Max)
    pointer = try reallocate(pointer, units, 1, worstCaseSize)
    try check(pointer, 1, worstCaseSize)
    let rest = encodeUTF8(
      source, from: Int(ascii), to: bytes(pointer + ascii), capacity: Int(worstCaseSize - ascii))
    let byteLength = ascii + UInt64(rest)
    if worstCaseSize > byteLength {
      pointer = try reallocate(pointer, worstCaseSize, 1, byteLength)
      try check(pointer, 1, byteLength)
    }
    return (pointer, byteLength)
  }

  /// `store_utf8_to_utf16`
  private func storeUTF8ToUTF16(_ source: LiftedString) throws(ComponentTrap) -> (UInt64, UInt64) {
    let worstCaseSize = 2 * source.codeUnits
    assert(worstCaseSize <= reallocI32Max)
    var pointer = try allocate(2, worstCaseSize)
    try check(pointer, 2, worstCaseSize)
    let units = encodeUTF16(source, from: 0, to: bytes(pointer), capacity: Int(source.codeUnits))
    let byteLength = 2 * UInt64(units)
    if byteLength < worstCaseSize {
      pointer = try reallocate(pointer, worstCaseSize, 2, byteLength)
      try check(pointer, 2, byteLength)
    }
    return (pointer, UInt64(units))
  }

  /// `store_string_to_latin1_or_utf16`
  private func storeStringToLatin1OrUTF16(
    _ source: LiftedString
  ) throws(ComponentTrap) -> (UInt64, UInt64) {
    let sourceUnits = source.codeUnits
    var pointer = try allocate(2, sourceUnits)
    try check(pointer, 2, sourceUnits)
    let (consumed, latin1) = copyLatin1(source, to: bytes(pointer))
    if consumed == Int(sourceUnits) {
      let byteLength = UInt64(latin1)
      if byteLength < sourceUnits {
        pointer = try reallocate(pointer, sourceUnits, 2, byteLength)
        try check(pointer, 2, byteLength)
      }
      return (pointer, byteLength)
    }
    let worstCaseSize = 2 * sourceUnits
    assert(worstCaseSize <= reallocI32Max)
    pointer = try reallocate(pointer, sourceUnits, 2, worstCaseSize)
    try check(pointer, 2, worstCaseSize)
    inflateInPlace(bytes(pointer), latin1)
    let rest = encodeUTF16(
      source, from: consumed, to: bytes(pointer + 2 * UInt64(latin1)),
      capacity: Int(sourceUnits) - latin1)
    let units = UInt64(latin1 + rest)
    if worstCaseSize > 2 * units {
      pointer = try reallocate(pointer, worstCaseSize, 2, 2 * units)
      try check(pointer, 2, 2 * units)
    }
    return (pointer, units | utf16Tag(is64))
  }

  /// `store_probably_utf16_to_latin1_or_utf16`
  private func storeProbablyUTF16ToLatin1OrUTF16(
    _ source: LiftedString
  ) throws(ComponentTrap) -> (UInt64, UInt64) {
    let units = source.codeUnits
    let sourceByteLength = 2 * units
    var pointer = try allocate(2, sourceByteLength)
    try check(pointer, 2, sourceByteLength)
    if units > 0 {
      bytes(pointer).copyMemory(from: source.bytes, byteCount: Int(sourceByteLength))
    }
    if !isLatin1(bytes(pointer), Int(units)) { return (pointer, units | utf16Tag(is64)) }
    deflateInPlace(bytes(pointer), Int(units))
    pointer = try reallocate(pointer, sourceByteLength, 1, units)
    try check(pointer, 1, units)
    return (pointer, units)
  }
}
