// The collector's heap: objects never move. Small objects come from blocks of equal cells, one size class a block; large
// ones are allocated one by one. Blocks are found by address, so that any word can be asked whether it is the start of
// an object, which is what scanning stacks conservatively needs. Collections only happen inside `allocate`.
//
//   block (64 KiB, aligned)   [ cell | cell | cell | ... ]      cell: type (NULL if free), mark / next free cell, payload
//   record of the block       size class, free cells, whether it still has to be swept

import CWasmExecution
import WasmSyntax

/// One store's objects.
package final class GCHeap {
  // Invariants: an allocated cell starts with a non-null type; a free one with null, and its second word links free
  // cells. A block is in exactly one of `unswept[class]`, `usable[class]`, `emptyBlocks`, or has given its free cells to
  // `freeCells[class]`. Every object whose `mark` is not `currentMark` in an unswept block is garbage.

  static let blockBytes = 1 << 16
  static let blockShift: UInt = 16
  /// Objects above this are allocated one by one.
  static let largestCell = 8 << 10
  /// Bytes allocated between collections at least.
  static let minimumThreshold = 4 << 20

  struct Block {
    var base: UnsafeMutableRawPointer
    var cellBytes: UInt32 = 0
    var cellCount: UInt32 = 0
    var sizeClass: Int32 = -1
    var freeCells: UnsafeMutablePointer<UInt64>?
  }

  /// Bytes that objects may take, blocks counted whole.
  let limit: Int
  /// Bytes of blocks in use and large objects.
  @exclusivity(unchecked) private(set) var footprint = 0
  /// Bytes allocated since the last collection.
  @exclusivity(unchecked) private var allocated = 0
  @exclusivity(unchecked) private var threshold: Int
  package private(set) var collections = 0
  /// Objects ever allocated.
  @exclusivity(unchecked) private(set) var allocations = 0
  /// Collects at every allocation: finds roots that are missing. For tests.
  var isStressed = false { didSet { if isStressed { threshold = 0 } } }
  /// Bytes that survived the last collection.
  private(set) var liveBytes = 0

  @exclusivity(unchecked) var currentMark: UInt32 = 1
  @exclusivity(unchecked) var blocks: [Block] = []
  @exclusivity(unchecked) private var blockIndex = BlockIndex()
  @exclusivity(unchecked) private var chunks: [UnsafeMutableRawPointer] = []
  @exclusivity(unchecked) private var emptyBlocks: [Int32] = []
  /// By size class, once there is a block.
  @exclusivity(unchecked) private var unswept: [[Int32]] = []
  @exclusivity(unchecked) private var usable: [[Int32]] = []
  /// By size class: cells to be allocated next.
  private let freeCells: UnsafeMutablePointer<UnsafeMutablePointer<UInt64>?>
  private let sizeClasses = SizeClass.table
  @exclusivity(unchecked) var large: [UInt: Int] = [:]
  /// Host objects whose boxes died; released when no heap operation is under way.
  @exclusivity(unchecked) private var deadHostObjects: [Unmanaged<AnyObject>] = []
  @exclusivity(unchecked) private var holdsHostObjects = false

  /// The run-time type of host values' boxes: a number and a retained object or nothing.
  // Never written to once it is made.
  private nonisolated(unsafe) static let hostType: TypeInfo = {
    var info = WasmTypeInfo()
    info.kind = UInt8(WASM_TYPE_HOST)
    info.object_size = TypeLayout.headerSize + 16
    let type = UnsafeMutablePointer<WasmTypeInfo>.allocate(capacity: 1)
    // Casts look at the supertypes of any object.
    let supers = UnsafeMutablePointer<TypeInfo?>.allocate(capacity: 1)
    supers.initialize(to: TypeInfo(type))
    info.supers = UnsafePointer(supers)
    type.initialize(to: info)
    return TypeInfo(type)
  }()

  init(limit: Int) {
    self.limit = limit
    threshold = min(Self.minimumThreshold, max(limit / 2, Self.blockBytes))
    freeCells = .allocate(capacity: SizeClass.count)
    freeCells.initialize(repeating: nil, count: SizeClass.count)
  }

  /// Frees everything; the store calls this while the types of its objects are still there.
  func dispose() {
    if holdsHostObjects {
      currentMark &+= 1
      for index in blocks.indices where blocks[index].sizeClass >= 0 { _ = sweep(Int32(index)) }
    }
    blocks = []
    for base in large.keys { SystemMemory.free(UnsafeMutableRawPointer(bitPattern: base)) }
    large = [:]
    for chunk in chunks { SystemMemory.free(chunk) }
    chunks = []
    releaseDeadHostObjects()
  }

  deinit {
    freeCells.deallocate()
  }

  // MARK: Allocation

  /// A structure or exception; nil if the heap is full. Unless it is to be zeroed the caller sets all fields at once.
  @inline(__always)
  func allocate(_ type: TypeInfo, store: CoreStore, zeroed: Bool = true) -> GCObject? {
    allocate(type, bytes: Int(type.pointee.object_size), store: store, zeroed: zeroed)
  }

  /// An array; nil if the heap is full. Unless it is to be zeroed the caller sets all elements at once.
  func allocateArray(
    _ type: TypeInfo, length: UInt32, store: CoreStore, zeroed: Bool = true
  ) -> GCObject? {
    // At most 2^32 elements of 16 bytes.
    let bytes = Int(type.pointee.object_size) + Int(length) * Int(type.pointee.element_size)
    guard let object = allocate(type, bytes: bytes, store: store, zeroed: zeroed) else {
      return nil
    }
    object.base.pointee.length = length
    return object
  }

  /// A box for a value of the host, as a reference word; nil if the heap is full.
  func allocateHost(_ payload: HostPayload, store: CoreStore) -> UInt64? {
    guard let object = allocate(Self.hostType, store: store) else { return nil }
    switch payload {
    case .number(let number): object.payload[0] = number
    case .object(let value):
      let retained = Unmanaged<AnyObject>.passRetained(value)
      object.payload[1] = UInt64(UInt(bitPattern: retained.toOpaque()))
      holdsHostObjects = true
    }
    return object.word
  }

  func hostPayload(of object: GCObject) -> HostPayload {
    guard let pointer = UnsafeRawPointer(bitPattern: UInt(object.payload[1])) else {
      return .number(object.payload[0])
    }
    // Only `allocateHost` puts objects there, and those are Sendable.
    let value = Unmanaged<AnyObject>.fromOpaque(pointer).takeUnretainedValue()
    return .object(unsafeBitCast(value, to: (any AnyObject & Sendable).self))
  }

  @inline(__always)
  private func allocate(
    _ type: TypeInfo, bytes: Int, store: CoreStore, zeroed: Bool
  ) -> GCObject? {
    if bytes <= Self.largestCell, allocated < threshold {
      let sizeClass = Int(sizeClasses[(bytes &+ 15) &>> 4])
      if let cell = freeCells[sizeClass] {
        freeCells[sizeClass] = UnsafeMutablePointer(bitPattern: UInt(cell[1]))
        let base = UnsafeMutableRawPointer(cell)
        allocated &+= (bytes &+ 15) & ~15
        return initialize(base, type, bytes, zeroed: zeroed)
      }
    }
    return allocateSlowly(type, bytes: bytes, store: store, zeroed: zeroed)
  }

  @inline(__always)
  private func initialize(
    _ base: UnsafeMutableRawPointer, _ type: TypeInfo, _ bytes: Int, zeroed: Bool
  ) -> GCObject {
    allocations &+= 1
    let header = Int(TypeLayout.headerSize)
    if zeroed, bytes > header {
      (base + header).initializeMemory(as: UInt8.self, repeating: 0, count: bytes &- header)
    }
    let object = base.assumingMemoryBound(to: WasmObject.self)
    object.pointee.type = type
    object.pointee.length = 0
    object.pointee.mark = currentMark
    return GCObject(object)
  }

  @inline(never)
  private func allocateSlowly(
    _ type: TypeInfo, bytes: Int, store: CoreStore, zeroed: Bool
  ) -> GCObject? {
    if allocated >= threshold { collect(store) }
    if bytes > Self.largestCell {
      // Fresh large memory is zero.
      return allocateLarge(bytes, store: store).map { initialize($0, type, bytes, zeroed: false) }
    }
    let sizeClass = Int(sizeClasses[(bytes + 15) / 16])
    guard findCells(sizeClass, store: store), let cell = freeCells[sizeClass] else { return nil }
    freeCells[sizeClass] = UnsafeMutablePointer(bitPattern: UInt(cell[1]))
    allocated += (bytes + 15) & ~15
    return initialize(UnsafeMutableRawPointer(cell), type, bytes, zeroed: zeroed)
  }

  /// Makes sure that there is a free cell; false if the heap is full.
  private func findCells(_ sizeClass: Int, store: CoreStore) -> Bool {
    if refill(sizeClass) || addBlock(to: sizeClass) { return true }
    collect(store)
    if refill(sizeClass) { return true }
    // Blocks of other classes may turn out to be empty.
    finishSweeping()
    return addBlock(to: sizeClass)
  }

  /// Takes over the free cells of a block that has some, sweeping blocks until there is one.
  private func refill(_ sizeClass: Int) -> Bool {
    if freeCells[sizeClass] != nil { return true }
    if blocks.isEmpty { return false }
    while true {
      if let index = usable[sizeClass].popLast() {
        freeCells[sizeClass] = blocks[Int(index)].freeCells
        blocks[Int(index)].freeCells = nil
        return true
      }
      guard let index = unswept[sizeClass].popLast() else { return false }
      file(index, live: sweep(index))
    }
  }

  /// Puts a swept block where it belongs.
  private func file(_ index: Int32, live: UInt32) {
    if live == 0 {
      blocks[Int(index)].sizeClass = -1
      footprint -= Self.blockBytes
      emptyBlocks.append(index)
    } else if blocks[Int(index)].freeCells != nil {
      usable[Int(blocks[Int(index)].sizeClass)].append(index)
    }
  }

  /// Gives a size class another block; false if that is beyond the limit.
  private func addBlock(to sizeClass: Int) -> Bool {
    guard footprint + Self.blockBytes <= limit else { return false }
    if emptyBlocks.isEmpty { addChunk() }
    guard let index = emptyBlocks.popLast() else { return false }
    footprint += Self.blockBytes
    let bytes = SizeClass.bytes(sizeClass)
    var block = Block(base: blocks[Int(index)].base)
    block.cellBytes = UInt32(bytes)
    block.cellCount = UInt32(Self.blockBytes / bytes)
    block.sizeClass = Int32(sizeClass)
    var next: UInt = 0
    for cell in stride(from: Int(block.cellCount) - 1, through: 0, by: -1) {
      let words = (block.base + cell * bytes).assumingMemoryBound(to: UInt64.self)
      words[0] = 0
      words[1] = UInt64(next)
      next = UInt(bitPattern: words)
    }
    blocks[Int(index)] = block
    freeCells[sizeClass] = UnsafeMutablePointer(bitPattern: next)
    return true
  }

  /// Blocks are allocated in growing numbers: a small heap costs one, a large one few calls.
  private func addChunk() {
    let count = min(max(chunks.count, 1), 16)
    guard
      let chunk = SystemMemory.allocate(count * Self.blockBytes, alignment: Self.blockBytes)
    else { return }
    if chunks.isEmpty {
      unswept = Array(repeating: [], count: SizeClass.count)
      usable = unswept
    }
    chunks.append(chunk)
    for position in (0..<count).reversed() {
      let base = chunk + position * Self.blockBytes
      blockIndex.insert(UInt(bitPattern: base) >> Self.blockShift, Int32(blocks.count))
      emptyBlocks.append(Int32(blocks.count))
      blocks.append(Block(base: base))
    }
  }

  private func allocateLarge(_ bytes: Int, store: CoreStore) -> UnsafeMutableRawPointer? {
    guard bytes <= limit else { return nil }
    if bytes > limit - footprint || allocated + bytes > threshold {
      collect(store)
      if bytes > limit - footprint { finishSweeping() }
    }
    guard bytes <= limit - footprint, let base = SystemMemory.allocateZeroed(bytes) else {
      return nil
    }
    large[UInt(bitPattern: base)] = bytes
    footprint += bytes
    allocated += bytes
    return base
  }

  // MARK: Questions

  /// The object that starts at this word, if it is an object's address at all.
  func objectStart(_ word: UInt64) -> GCObject? {
    guard word & 15 == 0, word != 0 else { return nil }
    let address = UInt(word)
    if let index = blockIndex[address >> Self.blockShift] {
      let block = blocks[Int(index)]
      guard block.sizeClass >= 0 else { return nil }
      let offset = UInt32(truncatingIfNeeded: address - UInt(bitPattern: block.base))
      let (cell, rest) = offset.quotientAndRemainder(dividingBy: block.cellBytes)
      guard rest == 0, cell < block.cellCount,
        (block.base + Int(offset)).load(as: UInt64.self) != 0
      else { return nil }
      return GCObject(word: word)
    }
    return large[address] == nil ? nil : GCObject(word: word)
  }

  // MARK: Collection

  /// Marks from the store's roots; cells are swept later, when they are needed.
  func collect(_ store: CoreStore) {
    finishSweeping()
    collections += 1
    currentMark &+= 1
    var marker = GCMarker(heap: self)
    marker.markRoots(of: store)
    marker.drain()
    liveBytes = marker.liveBytes
    for (index, block) in blocks.enumerated() where block.sizeClass >= 0 {
      unswept[Int(block.sizeClass)].append(Int32(index))
    }
    // Free cells are found again when their blocks are swept.
    for sizeClass in usable.indices {
      usable[sizeClass].removeAll(keepingCapacity: true)
      freeCells[sizeClass] = nil
    }
    sweepLarge()
    allocated = 0
    threshold =
      isStressed
      ? 0 : max(min(Self.minimumThreshold, max(limit / 2, Self.blockBytes)), liveBytes)
    releaseDeadHostObjects()
  }

  private func finishSweeping() {
    for sizeClass in unswept.indices {
      while let index = unswept[sizeClass].popLast() { file(index, live: sweep(index)) }
    }
    releaseDeadHostObjects()
  }

  /// Frees the unmarked objects of a block and returns how many are left.
  private func sweep(_ index: Int32) -> UInt32 {
    let block = blocks[Int(index)]
    var live: UInt32 = 0
    var next: UInt = 0
    for cell in stride(from: Int(block.cellCount) - 1, through: 0, by: -1) {
      let base = block.base + cell * Int(block.cellBytes)
      let words = base.assumingMemoryBound(to: UInt64.self)
      if words[0] != 0 {
        let object = GCObject(base.assumingMemoryBound(to: WasmObject.self))
        if object.base.pointee.mark == currentMark {
          live += 1
          continue
        }
        if holdsHostObjects, object.type == Self.hostType { forget(object) }
        words[0] = 0
      }
      words[1] = UInt64(next)
      next = UInt(bitPattern: words)
    }
    blocks[Int(index)].freeCells = UnsafeMutablePointer(bitPattern: next)
    return live
  }

  private func sweepLarge() {
    for (address, bytes) in large {
      guard let object = GCObject(word: UInt64(address)),
        object.base.pointee.mark != currentMark
      else { continue }
      SystemMemory.free(object.raw)
      large[address] = nil
      footprint -= bytes
    }
  }

  private func forget(_ box: GCObject) {
    guard let pointer = UnsafeRawPointer(bitPattern: UInt(box.payload[1])) else { return }
    deadHostObjects.append(Unmanaged<AnyObject>.fromOpaque(pointer))
  }

  private func releaseDeadHostObjects() {
    let dead = deadHostObjects
    deadHostObjects = []
    for object in dead { object.release() }
  }
}

/// Sizes of cells: steps of 16 bytes up to 128, then four to each doubling.
enum SizeClass {
  private static let sizes: [Int] = {
    var sizes = Array(stride(from: 16, through: 128, by: 16))
    var size = 128
    while size < GCHeap.largestCell {
      for step in 1...4 { sizes.append(size + size / 4 * step) }
      size *= 2
    }
    return sizes
  }()

  /// By size in units of 16 bytes, rounded up, to the largest cell. Never changes.
  nonisolated(unsafe) static let table: UnsafePointer<UInt8> = {
    let count = GCHeap.largestCell / 16 + 1
    let table = UnsafeMutablePointer<UInt8>.allocate(capacity: count)
    for units in 0..<count {
      (table + units).initialize(
        to: UInt8(sizes.firstIndex { $0 >= units * 16 } ?? sizes.count - 1))
    }
    return UnsafePointer(table)
  }()

  static let count = sizes.count
  static func bytes(_ index: Int) -> Int { sizes[index] }
}

/// Finds blocks by the upper bits of an address: open addressing, nothing is ever removed.
struct BlockIndex {
  private var keys: [UInt] = Array(repeating: 0, count: 64)
  private var values: [Int32] = Array(repeating: 0, count: 64)
  private var count = 0

  private static func slot(of key: UInt, in size: Int) -> Int {
    Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> 32) & (size - 1)
  }

  subscript(key: UInt) -> Int32? {
    var slot = Self.slot(of: key, in: keys.count)
    while keys[slot] != 0 {
      if keys[slot] == key { return values[slot] }
      slot = (slot + 1) & (keys.count - 1)
    }
    return nil
  }

  mutating func insert(_ key: UInt, _ value: Int32) {
    if (count + 1) * 2 > keys.count {
      let old = zip(keys, values).filter { $0.0 != 0 }
      keys = Array(repeating: 0, count: keys.count * 2)
      values = Array(repeating: 0, count: keys.count)
      for (key, value) in old { place(key, value) }
    }
    place(key, value)
    count += 1
  }

  private mutating func place(_ key: UInt, _ value: Int32) {
    var slot = Self.slot(of: key, in: keys.count)
    while keys[slot] != 0 { slot = (slot + 1) & (keys.count - 1) }
    keys[slot] = key
    values[slot] = value
  }
}
