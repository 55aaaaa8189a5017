// The marking half of a collection: from the roots, along the reference fields of objects, with a stack of its own
// instead of recursion. Guest stacks are scanned conservatively, everything else is known to be references or not.

import CWasmExecution

struct GCMarker {
  let heap: GCHeap
  private var pending: [GCObject] = []
  private(set) var liveBytes = 0

  init(heap: GCHeap) { self.heap = heap }

  // MARK: Roots

  mutating func markRoots(of store: CoreStore) {
    for global in store.globals where global.type.valueType.isReference {
      mark(reference: global.slots[0])
    }
    for table in store.tables where table.holdsObjects {
      for word in table.words { mark(reference: word) }
    }
    for instance in store.instances {
      instance.forEachObjectSegment { words in
        for word in words { mark(reference: word) }
      }
    }
    store.roots.visit { mark(reference: $0) }
    for word in store.temporaryRoots { mark(conservatively: word) }
    store.threads.visit { thread in
      for word in thread.liveWords { mark(conservatively: word) }
      mark(conservatively: thread.context.pointee.exception)
    }
  }

  // MARK: Marking

  private mutating func mark(conservatively word: UInt64) {
    if let object = heap.objectStart(word) { mark(object) }
  }

  @inline(__always)
  private mutating func mark(reference word: UInt64) {
    guard word != 0, word & 1 == 0, let object = GCObject(word: word),
      // A function starts with its type as well.
      object.type.pointee.kind != UInt8(WASM_TYPE_FUNC)
    else { return }
    mark(object)
  }

  @inline(__always)
  private mutating func mark(_ object: GCObject) {
    if object.base.pointee.mark == heap.currentMark { return }
    object.base.pointee.mark = heap.currentMark
    let type = object.type
    liveBytes += Int(type.pointee.object_size)
    if type.pointee.kind == UInt8(WASM_TYPE_ARRAY) {
      liveBytes += Int(object.length) * Int(type.pointee.element_size)
      if type.pointee.element_is_reference != 0 && object.length > 0 { pending.append(object) }
    } else if type.pointee.reference_count > 0 {
      pending.append(object)
    }
  }

  /// Marks what is reachable from everything marked so far.
  mutating func drain() {
    while let object = pending.popLast() {
      let type = object.type
      if type.pointee.kind == UInt8(WASM_TYPE_ARRAY) {
        let elements = object.payload
        for index in 0..<Int(object.length) { mark(reference: elements[index]) }
      } else if let offsets = type.pointee.reference_offsets {
        for index in 0..<Int(type.pointee.reference_count) {
          mark(reference: (object.raw + Int(offsets[index])).load(as: UInt64.self))
        }
      }
    }
  }
}
