// WASI 0.1, `wasi_snapshot_preview1`, for core modules. The functions are in the files beside this one, by the groups of
// the witx; `preview1Functions` lists them all.

import WasmExecution
import WasmSyntax

/// The world of one guest of WASI 0.1. Used by one store, on whatever thread that runs on; a call that has to wait blocks
/// that thread.
package final class WASIPreview1 {
  package static let moduleName = "wasi_snapshot_preview1"

  let context: WASIContext
  var descriptors = DescriptorTable()
  /// The memory of the instance that called last.
  private var lastMemory: (instance: ObjectIdentifier, memory: CoreMemory)?

  package convenience init(
    _ configuration: WASIConfiguration
  ) throws(WASIConfigurationError) {
    self.init(try WASIContext(configuration))
  }

  /// - Parameter sockets: Sockets that the guest finds open behind its preopened directories.
  package init(_ context: WASIContext, sockets: [TCPSocket] = []) {
    self.context = context
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
      let made = store.makeFunction(type: function.type) { call throws(HostFailure) in
        try self.run(function, call)
      }
      if let made { imports[function.name] = .function(made) }
    }
    return imports
  }

  /// Runs a function: what it throws is its error code, or the end of the guest.
  private func run(
    _ function: Preview1Function, _ call: HostCall
  ) throws(HostFailure) -> HostResult {
    let call = Preview1Call(call, memory: try memory(of: call))
    var errno = Errno.success
    do {
      try function.body(self, call)
    } catch let error as Errno {
      errno = error
    } catch let error as SystemError {
      errno = Errno(error)
    } catch let failure as HostFailure {
      throw failure
    } catch {
      throw .error(error)
    }
    if !function.type.results.isEmpty { call.slots[0] = UInt64(errno.rawValue) }
    return .written
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

  /// Blocks until one of them is true, or the guest's time is up.
  func wait(for readinesses: [Readiness], in call: Preview1Call) throws(HostFailure) {
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
