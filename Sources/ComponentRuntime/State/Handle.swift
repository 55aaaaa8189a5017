// CanonicalABI.md, Table State and Resource State: what a handle table holds. A resource handle is nothing but its
// entry; entries of other kinds own a record.
//
//      0   kind             4   numLends (free entries: the next free index)
//      8   rep of a resource; else the record
//     16   resource type
//     24   borrow scope

/// `ResourceHandle | Waitable | WaitableSet | ErrorContext`
package struct Handle: TableEntry {
  package enum Kind: UInt8, BitwiseCopyable, Sendable {
    case free
    case own
    case borrow
    case subtask
    case copyEnd
    case waitableSet
    case errorContext
  }
  package private(set) var kind: Kind
  /// `num_lends`: calls that this handle is lent to now.
  package var numLends: UInt32
  private var word: UInt64
  /// `rt`
  package private(set) var rt: ResourceTypeRef?
  /// `borrow_scope`: the task that a borrow was lent to.
  package private(set) var borrowScope: TaskID

  private init(_ kind: Kind, word: UInt64) {
    self.kind = kind
    self.word = word
    numLends = 0
    rt = nil
    borrowScope = .none
  }

  /// `ResourceHandle(rt, rep, own = True)`
  package init(own rep: UInt64, _ rt: ResourceTypeRef) {
    self.init(.own, word: rep)
    self.rt = rt
  }

  /// `ResourceHandle(rt, rep, own = False, borrow_scope)`
  package init(borrow rep: UInt64, _ rt: ResourceTypeRef, scope: TaskID) {
    self.init(.borrow, word: rep)
    self.rt = rt
    borrowScope = scope
  }

  package init(_ subtask: SubtaskRef) { self.init(.subtask, word: Self.word(subtask)) }
  package init(_ end: CopyEndRef) { self.init(.copyEnd, word: Self.word(end)) }
  package init(_ set: WaitableSetRef) { self.init(.waitableSet, word: Self.word(set)) }
  package init(_ context: ErrorContextRef) { self.init(.errorContext, word: Self.word(context)) }

  private static func word(_ record: UnsafeMutableRawPointer) -> UInt64 {
    UInt64(UInt(bitPattern: record))
  }

  @inline(__always)
  private func record<Record>(_ type: Record.Type) -> UnsafeMutablePointer<Record>? {
    UnsafeMutablePointer(bitPattern: UInt(word))
  }

  // MARK: TableEntry

  package static func free(next: UInt32) -> Handle {
    var entry = Handle(.free, word: 0)
    entry.numLends = next
    return entry
  }
  @inline(__always) package var nextFree: UInt32? { kind == .free ? numLends : nil }

  // MARK: By kind

  @inline(__always) package var isResource: Bool { kind == .own || kind == .borrow }
  package var rep: UInt64 { word }

  package var subtask: SubtaskRef? { kind == .subtask ? record(Subtask.self) : nil }
  package var copyEnd: CopyEndRef? { kind == .copyEnd ? record(CopyEnd.self) : nil }
  package var waitableSet: WaitableSetRef? {
    kind == .waitableSet ? record(WaitableSet.self) : nil
  }
  package var errorContext: ErrorContextRef? {
    kind == .errorContext ? record(ErrorContext.self) : nil
  }
  package var waitable: WaitableRef? {
    switch kind {
    case .subtask: subtask?.waitable
    case .copyEnd: copyEnd?.waitable
    case .free, .own, .borrow, .waitableSet, .errorContext: nil
    }
  }

  /// What the entry is called in messages.
  var description: HandleWord {
    switch kind {
    case .free: .nothing
    case .own, .borrow: .resource
    case .subtask: .subtask
    case .copyEnd: copyEnd.map { $0.pointee.kind.description } ?? .nothing
    case .waitableSet: .waitableSet
    case .errorContext: .errorContext
    }
  }
}

extension InstanceRef {
  /// `handles.get`
  @inline(__always)
  package func handle(_ index: UInt32) throws(ComponentTrap) -> UnsafeMutablePointer<Handle> {
    guard let entry = pointee.handles.get(index) else {
      throw ComponentTrap(.unknownHandle, index: index)
    }
    return entry
  }

  /// `handles.get`, then the checks that it is a handle to a resource of this type.
  @inline(__always)
  package func resourceHandle(
    _ index: UInt32, _ rt: ResourceTypeRef
  ) throws(ComponentTrap) -> UnsafeMutablePointer<Handle> {
    let entry = try handle(index)
    guard entry.pointee.isResource, entry.pointee.rt == rt else {
      throw wrongResource(index, entry.pointee, rt)
    }
    return entry
  }

  private func wrongResource(
    _ index: UInt32, _ handle: Handle, _ rt: ResourceTypeRef
  ) -> ComponentTrap {
    let expected: HandleWord = rt.pointee.impl == nil ? .hostResource : .guestResource
    guard handle.isResource, let actual = handle.rt else {
      return ComponentTrap(wrongType: index, expected: expected, found: handle.description)
    }
    let found: HandleWord =
      switch (expected, actual.pointee.impl == nil) {
      case (.hostResource, true): .differentHostResource
      case (.guestResource, false): .differentGuestResource
      case (_, let isHost): isHost ? .hostResource : .guestResource
      }
    return ComponentTrap(wrongType: index, expected: expected, found: found)
  }

  package func wrongType(
    _ index: UInt32, expected: HandleWord
  ) -> ComponentTrap {
    let found = pointee.handles.get(index).map { $0.pointee.description } ?? .nothing
    return ComponentTrap(wrongType: index, expected: expected, found: found)
  }

  /// `handles.add`
  @inline(__always)
  package func add(_ handle: Handle) throws(ComponentTrap) -> UInt32 {
    guard let index = pointee.handles.add(handle) else { throw ComponentTrap(.tableFull) }
    return index
  }

  package func waitable(_ index: UInt32) throws(ComponentTrap) -> WaitableRef {
    guard let waitable = try handle(index).pointee.waitable else {
      throw wrongType(index, expected: .waitable)
    }
    return waitable
  }

  package func waitableSet(_ index: UInt32) throws(ComponentTrap) -> WaitableSetRef {
    guard let set = try handle(index).pointee.waitableSet else {
      throw wrongType(index, expected: .waitableSet)
    }
    return set
  }

  package func subtask(_ index: UInt32) throws(ComponentTrap) -> SubtaskRef {
    guard let subtask = try handle(index).pointee.subtask else {
      throw wrongType(index, expected: .subtask)
    }
    return subtask
  }

  package func errorContext(_ index: UInt32) throws(ComponentTrap) -> ErrorContextRef {
    guard let context = try handle(index).pointee.errorContext else {
      throw wrongType(index, expected: .errorContext)
    }
    return context
  }

  /// The checks with which every operation on an end of a stream or future begins.
  package func copyEnd(
    _ index: UInt32, _ kind: CopyEnd.Kind, _ t: RuntimeTypeID
  ) throws(ComponentTrap) -> CopyEndRef {
    guard let end = try handle(index).pointee.copyEnd, end.pointee.kind == kind else {
      throw wrongType(index, expected: kind.description)
    }
    guard end.pointee.t == t else {
      throw ComponentTrap(
        wrongType: index, expected: kind.description,
        found: kind.isFuture ? .otherFuture : .otherStream)
    }
    return end
  }

  package func thread(_ index: UInt32) throws(ComponentTrap) -> ThreadRef {
    try indexThreads()
    guard let thread = pointee.threads.get(index)?.pointee.thread else {
      throw ComponentTrap(.unknownThread, index: index)
    }
    return thread
  }
}
