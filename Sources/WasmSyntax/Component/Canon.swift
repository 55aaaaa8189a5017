// Canonical definitions and the one table of canonical built-ins: decoder, text parser, printer, validator and linker
// read it. A new built-in costs a row, a typing rule and its `canon...` function.

/// `string-encoding` (Binary Format, Canonical Definitions); raw values are the binary format's.
package enum StringEncoding: UInt8, BitwiseCopyable, Hashable, Sendable {
  case utf8 = 0
  case utf16 = 1
  case latin1UTF16 = 2

  package var name: StaticString {
    switch self {
    case .utf8: "string-encoding=utf8"
    case .utf16: "string-encoding=utf16"
    case .latin1UTF16: "string-encoding=latin1+utf16"
    }
  }
}

/// `canonopt`.
package enum CanonOption: Hashable, Sendable {
  case stringEncoding(StringEncoding)
  case memory(UInt32)
  case realloc(UInt32)
  case postReturn(UInt32)
  case async
  case callback(UInt32)
}

/// `canon`.
package enum Canon: Sendable {
  case lift(coreFunction: UInt32, options: [CanonOption], type: UInt32)
  case lower(function: UInt32, options: [CanonOption])
  case builtin(CanonBuiltin, CanonImmediates)
}

/// What follows a built-in's opcode. Only the fields that the table's `immediate` names are set.
package struct CanonImmediates: Sendable {
  /// Component type index (resource, stream or future type), or core type index of `thread.new-indirect`.
  package var type: UInt32 = 0
  package var options: [CanonOption] = []
  /// `async` or `cancellable` or `shared`.
  package var flag = false
  package var memory: UInt32 = 0
  package var table: UInt32 = 0
  /// `context.get/set`.
  package var valueType = ValueType.i32
  package var slot: UInt32 = 0
  /// `task.return`.
  package var result: ValType?
  package init() {}
}

/// The immediates of a built-in, in binary order.
package enum CanonImmediateShape: Sendable {
  case none
  case type
  case typeOptions
  case typeAsync
  case async
  case cancellable
  case cancellableMemory
  case options
  case resultOptions
  case valueTypeSlot
  case typeTable
  case sharedType
  case sharedTypeTable
  case shared
}

/// Canonical built-ins (Explainer, Canonical Built-ins); raw values are the binary format's opcodes.
package enum CanonBuiltin: UInt8, CaseIterable, Hashable, Sendable {
  case resourceNew = 0x02
  case resourceDrop = 0x03
  case resourceRep = 0x04
  case taskCancel = 0x05
  case subtaskCancel = 0x06
  case taskReturn = 0x09
  case contextGet = 0x0A
  case contextSet = 0x0B
  case threadYield = 0x0C
  case subtaskDrop = 0x0D
  case streamNew = 0x0E
  case streamRead = 0x0F
  case streamWrite = 0x10
  case streamCancelRead = 0x11
  case streamCancelWrite = 0x12
  case streamDropReadable = 0x13
  case streamDropWritable = 0x14
  case futureNew = 0x15
  case futureRead = 0x16
  case futureWrite = 0x17
  case futureCancelRead = 0x18
  case futureCancelWrite = 0x19
  case futureDropReadable = 0x1A
  case futureDropWritable = 0x1B
  case errorContextNew = 0x1C
  case errorContextDebugMessage = 0x1D
  case errorContextDrop = 0x1E
  case waitableSetNew = 0x1F
  case waitableSetWait = 0x20
  case waitableSetPoll = 0x21
  case waitableSetDrop = 0x22
  case waitableJoin = 0x23
  case backpressureInc = 0x24
  case backpressureDec = 0x25
  case threadIndex = 0x26
  case threadNewIndirect = 0x27
  case threadResumeLater = 0x28
  case threadSuspend = 0x29
  case threadSuspendThenResume = 0x2A
  case threadYieldThenResume = 0x2B
  case threadSuspendThenPromote = 0x2C
  case threadYieldThenPromote = 0x2D
  case threadSpawnRef = 0x40
  case threadSpawnIndirect = 0x41
  case threadAvailableParallelism = 0x42

  package struct Definition: Sendable {
    package let name: StaticString
    package let immediate: CanonImmediateShape
    /// The feature that brings the built-in, nil for the first release.
    package let feature: Feature?
  }

  package var definition: Definition {
    func row(_ name: StaticString, _ immediate: CanonImmediateShape, _ feature: Feature? = nil)
      -> Definition
    { Definition(name: name, immediate: immediate, feature: feature) }
    return switch self {
    case .resourceNew: row("resource.new", .type)
    case .resourceDrop: row("resource.drop", .type)
    case .resourceRep: row("resource.rep", .type)
    case .taskCancel: row("task.cancel", .none, .componentAsync)
    case .subtaskCancel: row("subtask.cancel", .async, .componentAsync)
    case .taskReturn: row("task.return", .resultOptions, .componentAsync)
    case .contextGet: row("context.get", .valueTypeSlot, .componentAsync)
    case .contextSet: row("context.set", .valueTypeSlot, .componentAsync)
    case .threadYield: row("thread.yield", .cancellable, .componentAsync)
    case .subtaskDrop: row("subtask.drop", .none, .componentAsync)
    case .streamNew: row("stream.new", .type, .componentAsync)
    case .streamRead: row("stream.read", .typeOptions, .componentAsync)
    case .streamWrite: row("stream.write", .typeOptions, .componentAsync)
    case .streamCancelRead: row("stream.cancel-read", .typeAsync, .componentAsync)
    case .streamCancelWrite: row("stream.cancel-write", .typeAsync, .componentAsync)
    case .streamDropReadable: row("stream.drop-readable", .type, .componentAsync)
    case .streamDropWritable: row("stream.drop-writable", .type, .componentAsync)
    case .futureNew: row("future.new", .type, .componentAsync)
    case .futureRead: row("future.read", .typeOptions, .componentAsync)
    case .futureWrite: row("future.write", .typeOptions, .componentAsync)
    case .futureCancelRead: row("future.cancel-read", .typeAsync, .componentAsync)
    case .futureCancelWrite: row("future.cancel-write", .typeAsync, .componentAsync)
    case .futureDropReadable: row("future.drop-readable", .type, .componentAsync)
    case .futureDropWritable: row("future.drop-writable", .type, .componentAsync)
    case .errorContextNew: row("error-context.new", .options, .componentErrorContext)
    case .errorContextDebugMessage:
      row("error-context.debug-message", .options, .componentErrorContext)
    case .errorContextDrop: row("error-context.drop", .none, .componentErrorContext)
    case .waitableSetNew: row("waitable-set.new", .none, .componentAsync)
    case .waitableSetWait: row("waitable-set.wait", .cancellableMemory, .componentAsync)
    case .waitableSetPoll: row("waitable-set.poll", .cancellableMemory, .componentAsync)
    case .waitableSetDrop: row("waitable-set.drop", .none, .componentAsync)
    case .waitableJoin: row("waitable.join", .none, .componentAsync)
    case .backpressureInc: row("backpressure.inc", .none, .componentAsync)
    case .backpressureDec: row("backpressure.dec", .none, .componentAsync)
    case .threadIndex: row("thread.index", .none, .componentThreading)
    case .threadNewIndirect: row("thread.new-indirect", .typeTable, .componentThreading)
    case .threadResumeLater: row("thread.resume-later", .none, .componentThreading)
    case .threadSuspend: row("thread.suspend", .cancellable, .componentThreading)
    case .threadSuspendThenResume:
      row("thread.suspend-then-resume", .cancellable, .componentThreading)
    case .threadYieldThenResume: row("thread.yield-then-resume", .cancellable, .componentThreading)
    case .threadSuspendThenPromote:
      row("thread.suspend-then-promote", .cancellable, .componentThreading)
    case .threadYieldThenPromote:
      row("thread.yield-then-promote", .cancellable, .componentThreading)
    case .threadSpawnRef: row("thread.spawn-ref", .sharedType, .componentThreading)
    case .threadSpawnIndirect: row("thread.spawn-indirect", .sharedTypeTable, .componentThreading)
    case .threadAvailableParallelism:
      row("thread.available-parallelism", .shared, .componentThreading)
    }
  }
}
