// The memory of a calling guest. Every access is checked; one that is out of bounds or misaligned traps, as witx's
// "Pointers" says.

import WasmExecution

/// A view of a linear memory, valid until guest code runs again.
struct GuestMemory {
  private let bytes: UnsafeMutableRawBufferPointer

  init(_ memory: CoreMemory) { bytes = memory.bytes }

  /// A stretch of memory. Of one without bytes the address is not looked at: nothing is at it.
  func slice(
    _ address: UInt32, _ count: UInt64
  ) throws(HostFailure) -> UnsafeMutableRawBufferPointer {
    if count == 0 { return UnsafeMutableRawBufferPointer(rebasing: bytes[0..<0]) }
    guard count <= UInt64(bytes.count), UInt64(address) <= UInt64(bytes.count) - count else {
      throw .trap(.memoryOutOfBounds)
    }
    return UnsafeMutableRawBufferPointer(
      rebasing: bytes[Int(address)..<Int(address) + Int(count)])
  }

  /// More than a guest can mean to hand over in one call; the same as Wasmtime's.
  private static let largestList: UInt64 = 1 << 27

  /// A stretch whose length a guest has chosen. One that is not there traps, unless it is absurdly long: that is `nomem`.
  func list(_ address: UInt32, _ count: UInt64) throws -> UnsafeMutableRawBufferPointer {
    if count > Self.largestList, count > bytes.count { throw Errno.nomem }
    return try slice(address, count)
  }

  func list(_ address: UInt32, _ count: UInt32) throws -> UnsafeMutableRawBufferPointer {
    try list(address, UInt64(count))
  }

  func load<Word: FixedWidthInteger>(
    _ address: UInt32, as type: Word.Type = Word.self
  ) throws(HostFailure) -> Word {
    let word = try aligned(address, Word.self).loadUnaligned(as: Word.self)
    return Word(littleEndian: word)
  }

  func store<Word: FixedWidthInteger>(_ value: Word, at address: UInt32) throws(HostFailure) {
    let target = try aligned(address, Word.self)
    target.storeBytes(of: value.littleEndian, as: Word.self)
  }

  private func aligned<Word: FixedWidthInteger>(
    _ address: UInt32, _ type: Word.Type
  ) throws(HostFailure) -> UnsafeMutableRawBufferPointer {
    let size = UInt32(MemoryLayout<Word>.size)
    guard address % size == 0 else { throw .trap(.hostError, detail: "misaligned pointer") }
    return try slice(address, UInt64(size))
  }

  /// A path or another string; `ilseq` if it is not UTF-8.
  func string(_ address: UInt32, _ count: UInt32) throws -> String {
    guard let string = String(validating: try list(address, count), as: UTF8.self) else {
      throw Errno.ilseq
    }
    return string
  }

  /// As many as systems take in one call (IOV_MAX).
  private static let maximumBuffers = 1024

  /// The buffers of an `iovec_array` that are not empty. A transfer may always be short, so it ends after as many buffers
  /// as systems take, and bytes as one result can count.
  func buffers(
    _ address: UInt32, _ count: UInt32
  ) throws -> [UnsafeMutableRawBufferPointer] {
    let vectors = try list(address, UInt64(count) * 8)
    guard vectors.isEmpty || address % 4 == 0 else {
      throw HostFailure.trap(.hostError, detail: "misaligned pointer")
    }
    var buffers: [UnsafeMutableRawBufferPointer] = []
    var total: UInt64 = 0
    for offset in stride(from: 0, to: vectors.count, by: 8) {
      let base = UInt32(
        littleEndian: vectors.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
      let length = UInt32(
        littleEndian: vectors.loadUnaligned(fromByteOffset: offset + 4, as: UInt32.self))
      let buffer = try list(base, length)
      if buffer.isEmpty { continue }
      total += UInt64(length)
      if total > UInt64(Int32.max), !buffers.isEmpty { break }
      if buffers.count == Self.maximumBuffers { break }
      buffers.append(buffer)
    }
    return buffers
  }
}

extension UnsafeMutableRawBufferPointer {
  /// Writes a number of a record at its offset; the record's size was checked when the slice was taken.
  func put<Word: FixedWidthInteger>(_ value: Word, at offset: Int) {
    storeBytes(of: value.littleEndian, toByteOffset: offset, as: Word.self)
  }

  func get<Word: FixedWidthInteger>(_ offset: Int, as type: Word.Type = Word.self) -> Word {
    Word(littleEndian: loadUnaligned(fromByteOffset: offset, as: Word.self))
  }
}
