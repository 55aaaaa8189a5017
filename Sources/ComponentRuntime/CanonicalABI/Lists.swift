// CanonicalABI.md, Loading and Storing of lists.

/// Loading: `MAX_LIST_BYTE_LENGTH`
let maxListByteLength: UInt64 = (1 << 28) - 1

extension ContextRef {
  /// `load_list_from_range`, its checks.
  @inline(__always)
  package func checkList(
    _ pointer: UInt64, _ length: UInt64, _ element: PlanNodeRef
  ) throws(ComponentTrap) {
    let (bytes, overflow) = length.multipliedReportingOverflow(by: element.pointee.size(is64))
    try trapIf(overflow || bytes > maxListByteLength, .listTooLong)
    try trapIf(isUnaligned(pointer, element.pointee.alignment(is64)), .unalignedPointer)
    try trapIf(
      isOutOfBounds(pointer, bytes), isHostPeer ? .hostListOutOfBounds : .listOutOfBounds)
  }

  /// The address and length of a list, checked.
  @inline(__always)
  package func liftList(
    _ element: PlanNodeRef, _ place: Place
  ) throws(ComponentTrap) -> (address: UInt64, length: UInt64) {
    let (pointer, length) = loadPair(place)
    try checkList(pointer, length, element)
    return (pointer, length)
  }

  /// `store_list_into_range` without the elements: where they go.
  @inline(__always)
  package func allocateList(
    _ length: UInt64, _ element: PlanNodeRef
  ) throws(ComponentTrap) -> UInt64 {
    let bytes = length &* element.pointee.size(is64)
    let alignment = element.pointee.alignment(is64)
    let pointer = try allocate(alignment, bytes)
    try checkAllocated(pointer, alignment, bytes, .listOutOfBounds)
    return pointer
  }

  /// The pair that stands for a list whose elements are stored.
  @inline(__always)
  package func lowerList(_ pointer: UInt64, _ length: UInt64, _ place: Place) {
    storePair(pointer, length, place)
  }
}
