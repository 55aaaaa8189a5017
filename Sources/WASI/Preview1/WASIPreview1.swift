// WASI 0.1, `wasi_snapshot_preview1`, for core modules. The functions are in the files beside this one, by the groups of
// the witx; `preview1Functions` lists them all.

import WasmExecution
import WasmSyntax

import class ComponentRuntime.ComponentStore

/// The world of one guest of WASI 0.1. Used by one store, on whatever thread that runs on.
package final class WASIPreview1 {
  package static let moduleName = "wasi_snapshot_preview1"

  let context: WASIContext
  /// Where calls that have to wait suspend their guest; nil where they block the thread.
  private unowned let suspending: ComponentStore?
  var descriptors = DescriptorTable()
  /// The call that waits, if one does that suspends its guest.
  var suspended: SuspendedPreview1Call?
  /// The memory of the instance that called last.
  private var lastMemory: (instance: ObjectIdentifier, memory: CoreMemory)?

  package convenience init(
    _ configuration: WASIConfiguration
  ) throws(WASIConfigurationError) {
    self.init(try WASIContext(configuration))
  }

  /// - Parameters:
  ///   - sockets: Sockets that the guest finds open behind its preopened directories.
  ///   - store: Whose guests are suspended when they have to wait. Without it a call that waits blocks its thread.
  package init(
    _ context: WASIContext, sockets: [TCPSocket] = [], suspendingIn store: ComponentStore? = nil
  ) {
    self.context = context
    suspending = store
    var entries: [OpenDescriptor] = [
      OpenDescriptor(.source(context.standardInput)),
      OpenDescriptor(.sink(context.standardOutput)),
      OpenDescriptor(.sink(context.standardError)),
    ]
    entries += context.preopens.map { path, descriptor in
      OpenDescriptor(.directory(descriptor), preopenPath: path)
    }
    entries += sockets.map { OpenDescriptor(.socket($0)) }
    for entry in entries { _ = try? descriptors.insert(entry) }
  }

  /// The functions by name, for modules of one store to import.
  package func imports(for store: CoreStore) -> [String: ExternValue] {
    var imports: [String: ExternValue] = [:]
    for function in preview1Functions {
      if let made = item(function, store) { imports[function.name] = made }
    }
    return imports
  }

  /// The function of this name; nil if there is none.
  package func item(named name: String, in store: CoreStore) -> ExternValue? {
    preview1Functions.first { $0.name == name }.flatMap { item($0, store) }
  }

  private func item(_ function: Preview1Function, _ store: CoreStore) -> ExternValue? {
    let made = store.makeFunction(type: function.type) { call throws(HostFailure) in
      try self.run(function, call)
    }
    return made.map { .function($0) }
  }

  /// Runs a function: what it throws is its error code, or the end of the guest.
  private func run(
    _ function: Preview1Function, _ hostCall: HostCall
  ) throws(HostFailure) -> HostResult {
    let call = Preview1Call(hostCall, memory: try memory(of: hostCall))
    switch try outcome({ try function.body(self, call) }) {
    case .done(let errno):
      if !function.type.results.isEmpty { call.slots[0] = UInt64(errno.rawValue) }
      return .written
    case .waits(let wait):
      guard let suspending else { throw .error(WASIMisuse(description: "nobody can wait")) }
      SuspendedPreview1Call.begin(function, call, self, suspending, wait)
      return .suspended
    }
  }

  /// What a function came to.
  enum Outcome {
    case done(Errno)
    case waits(Preview1Wait)
  }

  func outcome(_ body: () throws -> Void) throws(HostFailure) -> Outcome {
    do {
      try body()
      return .done(.success)
    } catch let wait as Preview1Wait {
      return .waits(wait)
    } catch let error as Errno {
      return .done(error)
    } catch let error as SystemError {
      return .done(Errno(error))
    } catch let failure as HostFailure {
      throw failure
    } catch {
      throw .error(error)
    }
  }

  private func memory(of call: HostCall) throws(HostFailure) -> CoreMemory {
    guard let caller = call.caller else {
      throw .error(WASIMisuse(description: "only instances can call WASI functions"))
    }
    if let lastMemory, lastMemory.instance == ObjectIdentifier(caller) { return lastMemory.memory }
    guard case .memory(let memory) = caller.export(named: "memory") else {
      throw .error(WASIMisuse(description: "missing required memory export"))
    }
    lastMemory = (ObjectIdentifier(caller), memory)
    return memory
  }

  /// Whether calls that wait have done nothing before: they begin anew then.
  var suspends: Bool { suspending != nil }

  /// Waits until one of them is true, and returns then; or has the call suspended until then, and go on with `then` or,
  /// without it, begin anew. Blocking ends when the guest's time is up.
  func wait(
    for readinesses: [Readiness], in call: Preview1Call, then: (() throws -> Void)? = nil
  ) throws {
    if suspends {
      if then == nil || !readinesses.contains(where: \.isTrue) {
        throw Preview1Wait(readinesses: readinesses, then: then)
      }
    } else {
      try block(for: readinesses, in: call)
    }
    try then?()
  }

  private func block(
    for readinesses: [Readiness], in call: Preview1Call
  ) throws(HostFailure) {
    let store = call.store
    guard store.deadline != .max else {
      Poller.shared.wait(forAnyOf: readinesses)
      return
    }
    let isOver = { EpochTimer.shared.epoch >= store.deadline }
    Poller.shared.wait(forAnyOf: readinesses, orUntil: isOver)
    if isOver() { throw .trap(.deadline) }
  }
}

/// The end that a guest asked for with `proc_exit`, or `exit` of wasi:cli.
public struct WASIExit: Error, Hashable, Sendable, CustomStringConvertible {
  /// The status: with WASI 0.2 and 0.3 at most 255.
  public var code: UInt32

  /// An end with this status.
  public init(code: UInt32) { self.code = code }

  /// The status in words.
  public var description: String { "exit with status \(code)" }
}

/// A guest that cannot use WASI as it is.
struct WASIMisuse: Error, CustomStringConvertible {
  var description: String
}

/// The arguments of one call, and the caller's memory.
struct Preview1Call {
  let store: CoreStore
  let memory: GuestMemory
  let slots: UnsafeMutablePointer<UInt64>

  init(_ call: HostCall, memory: CoreMemory) {
    store = call.store
    slots = call.slots
    self.memory = GuestMemory(memory)
  }

  /// The same call with its arguments elsewhere.
  init(_ call: Preview1Call, slots: UnsafeMutablePointer<UInt64>) {
    store = call.store
    memory = call.memory
    self.slots = slots
  }

  /// An argument by its index.
  func u32(_ index: Int) -> UInt32 { UInt32(truncatingIfNeeded: slots[index]) }
  func u64(_ index: Int) -> UInt64 { slots[index] }

  /// A string given by two arguments.
  func string(_ index: Int) throws -> String { try memory.string(u32(index), u32(index + 1)) }

  /// A set of flags; bits that are not defined are `inval`.
  func flags<Flags: OptionSet>(_ index: Int, within all: Flags) throws(Errno) -> Flags
  where Flags.RawValue: FixedWidthInteger, Flags.Element == Flags {
    guard let bits = Flags.RawValue(exactly: u32(index)),
      Flags(rawValue: bits).isSubset(of: all)
    else { throw .inval }
    return Flags(rawValue: bits)
  }

  /// `lookupflags`.
  func lookupFlags(_ index: Int) throws(Errno) -> PathFlags {
    try flags(index, within: .symlinkFollow)
  }
}
