// Memories and globals of core modules as the host reads and writes them: on the store's executor, or in synchronous code
// that is there already.

import WasmExecution

/// A memory of a module's instance (Execution, Runtime Structure, Memory Instances). Keeps its store alive.
public struct ModuleMemory: Sendable {
  /// Where it lives.
  public let store: Store
  // Invariant: lives as long as the store, and is used on its executor.
  nonisolated(unsafe) let memory: CoreMemory

  /// How many bytes it has now.
  ///
  /// - Throws: `CallError.closed`.
  public var byteCount: Int {
    get async throws { try await store.run { try count(in: $0) } }
  }

  /// The same in synchronous code.
  public func count(in context: borrowing StoreContext) throws(CallError) -> Int {
    try bytes(context).count
  }

  /// Reads bytes, when no guest of the store is in the middle of something.
  ///
  /// - Throws: `CallError.mismatch` if they are not within the memory; `CallError.closed`.
  public func read(at address: Int, count: Int) async throws -> [UInt8] {
    try await store.run { try read(at: address, count: count, in: $0) }
  }

  /// The same in synchronous code.
  public func read(
    at address: Int, count: Int, in context: borrowing StoreContext
  ) throws(CallError) -> [UInt8] {
    let bytes = try bytes(context)
    try check(address, count, bytes.count)
    return Array(bytes[address..<address + count])
  }

  /// Writes bytes, when no guest of the store is in the middle of something.
  ///
  /// - Throws: `CallError.mismatch` if they do not lie within the memory; `CallError.closed`.
  public func write(_ bytes: [UInt8], at address: Int) async throws {
    try await store.run { try write(bytes, at: address, in: $0) }
  }

  /// The same in synchronous code.
  public func write(
    _ bytes: [UInt8], at address: Int, in context: borrowing StoreContext
  ) throws(CallError) {
    let all = try self.bytes(context)
    try check(address, bytes.count, all.count)
    UnsafeMutableRawBufferPointer(rebasing: all[address..<address + bytes.count])
      .copyBytes(from: bytes)
  }

  private func bytes(
    _ context: borrowing StoreContext
  ) throws(CallError) -> UnsafeMutableRawBufferPointer {
    guard context.driver === store.driver else {
      throw .mismatch("the memory belongs to another store")
    }
    return memory.bytes
  }

  private func check(_ address: Int, _ count: Int, _ size: Int) throws(CallError) {
    guard address >= 0, count >= 0, address <= size, count <= size - address else {
      throw .mismatch("\(count) bytes at \(address) are not within a memory of \(size) bytes")
    }
  }
}

/// A global of a module's instance (Execution, Runtime Structure, Global Instances). Keeps its store alive.
public struct ModuleGlobal: Sendable {
  /// Where it lives.
  public let store: Store
  // Invariant: lives as long as the store, and is used on its executor.
  nonisolated(unsafe) let global: CoreGlobal

  /// What it holds.
  ///
  /// - Throws: `CallError.closed`.
  public var value: CoreValue {
    get async throws { try await store.run { try value(in: $0) } }
  }

  /// The same in synchronous code.
  public func value(in context: borrowing StoreContext) throws(CallError) -> CoreValue {
    guard context.driver === store.driver else {
      throw .mismatch("the global belongs to another store")
    }
    return CoreValue(global.value)
  }

  /// Writes a mutable global.
  ///
  /// - Throws: `CallError.mismatch` if it is not mutable, or of another type; `CallError.closed`.
  public func set(_ value: CoreValue) async throws {
    try await store.run { context in
      guard context.driver === store.driver, global.set(value.value) else {
        throw CallError.mismatch("the global is not mutable, or of another type")
      }
    }
  }
}
