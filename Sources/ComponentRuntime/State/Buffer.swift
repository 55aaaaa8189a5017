// CanonicalABI.md, Buffer State: what a read or write of a stream or future goes to or comes from. A guest's buffer
// is a range of its memory; a host's is a token by which the embedding knows it.

import CWasmExecution
import WasmSyntax

/// Canonical ABI Options: `LiftLowerOptions`, with what conversions need to know of the others. The linker keeps it
/// for as long as the adapter exists.
package struct LiftLowerOptions: BitwiseCopyable {
  /// Calls the guest's `realloc` in the context's instance: a new task, fresh context slots, no leaving the instance.
  /// Nonzero if it did not return; whoever supplied the function knows why.
  package typealias Realloc =
    @convention(c) (
      _ reallocContext: UnsafeMutableRawPointer?, _ old: UInt64, _ oldByteLength: UInt64,
      _ alignment: UInt64, _ newByteLength: UInt64, _ result: UnsafeMutablePointer<UInt64>
    ) -> Int32

  package var stringEncoding = StringEncoding.utf8
  /// `memory.ptr_type()`
  package var is64 = false
  package var isAsync = false
  package var hasCallback = false
  package var memory: UnsafeMutablePointer<WasmMemory>?
  package var realloc: Realloc?
  package var reallocContext: UnsafeMutableRawPointer?

  package init() {}

  /// `ptr_size`
  @inline(__always) package var pointerSize: UInt32 { is64 ? 8 : 4 }

  /// `LiftOptions.equal`, except that by the reference suite (cross-abi-calls, big-interleaving-test) a `task.return`
  /// that needs no memory, and names none, goes with any.
  package func equalsForLifting(_ lift: LiftLowerOptions) -> Bool {
    stringEncoding == lift.stringEncoding && (memory == nil || memory == lift.memory)
  }
}

package typealias OptionsRef = UnsafePointer<LiftLowerOptions>

/// Buffer State: `Buffer`, with both guest implementations.
package struct Buffer: BitwiseCopyable {
  /// `MAX_LENGTH`
  package static var maxLength: UInt32 { (1 << 28) - 1 }

  /// The guest's `cx.opts`; nil for a buffer of the host.
  package let options: OptionsRef?
  package let inst: InstanceRef?
  /// The conversion of elements, nil for streams and futures of nothing. The one who copies knows what it is.
  package let elements: UnsafeRawPointer?
  /// Guest: the address of the next element. Host: the embedding's token.
  package var ptr: UInt64
  private let elementSize: UInt32
  package var progress: UInt32 = 0
  package let length: UInt32

  /// `BufferGuestImpl(t, cx, ptr, length)`
  package init(
    guest options: OptionsRef, _ inst: InstanceRef, elements: UnsafeRawPointer?,
    elementSize: UInt32, alignment: UInt32, ptr: UInt64, length: UInt32
  ) throws(ComponentTrap) {
    try trapIf(length > Self.maxLength, .copyTooLong)
    if elements != nil && length > 0 {
      try trapIf(ptr & UInt64(alignment - 1) != 0, .unalignedPointer)
      let bytes = UInt64(length) * UInt64(elementSize)
      guard let memory = options.pointee.memory else { throw ComponentTrap(.bug) }
      let size = memory.pointee.size
      try trapIf(bytes > size || ptr > size - bytes, .pointerOutOfBounds)
    }
    self.options = options
    self.inst = inst
    self.elements = elements
    self.elementSize = elements == nil ? 0 : elementSize
    self.ptr = ptr
    self.length = length
  }

  /// A buffer of the host.
  package init(host token: UInt64, elements: UnsafeRawPointer?, length: UInt32) {
    options = nil
    inst = nil
    self.elements = elements
    elementSize = 0
    ptr = token
    self.length = min(length, Self.maxLength)
  }

  /// `remain`
  package var remain: UInt32 { length - progress }
  /// `is_zero_length`
  package var isZeroLength: Bool { length == 0 }

  /// The elements have been read or written.
  mutating func advance(_ count: UInt32) {
    ptr += UInt64(count) * UInt64(elementSize)
    progress += count
  }
}
