// Views of strings and bytes where they lie in a guest's memory, for synchronous functions of the host. No guest code of
// that memory runs before the function returns, so the bytes stay where they are; afterwards a view is of no use.

import ComponentRuntime
import WasmExecution

/// The calls of a store's functions of the host that have given views, the innermost last.
final class ViewScopes {
  // Only used on the store's executor, by nothing that calls out.
  @exclusivity(unchecked) private var open: [UInt64] = []
  @exclusivity(unchecked) private var last: UInt64 = 0

  func begin() -> UInt64 {
    last += 1
    open.append(last)
    return last
  }

  func end() { open.removeLast() }

  func isOpen(_ scope: UInt64) -> Bool { open.contains(scope) }
}

/// What the views have in common.
struct BorrowedMemory {
  let scopes: ViewScopes
  let scope: UInt64
  let bytes: UnsafeRawBufferPointer

  init(
    _ source: borrowing ComponentSource, _ start: UnsafeRawPointer, _ count: Int
  ) throws(ConversionError) {
    guard source.state.pointee.givesViews else {
      throw ConversionError("only synchronous functions of the host can have views of memory")
    }
    scopes = source.state.pointee.driver.views
    if let scope = source.state.pointee.view {
      self.scope = scope
    } else {
      scope = scopes.begin()
      source.state.pointee.view = scope
    }
    bytes = UnsafeRawBufferPointer(start: start, count: count)
  }

  func check() throws(HostFunctionError) {
    if !scopes.isOpen(scope) {
      throw HostFunctionError(description: "a view of memory was used after its call")
    }
  }
}

/// A `list<u8>` in a guest's memory, as an argument of a synchronous function of the host: nothing is copied.
///
/// It can be used until the function returns; using it later throws.
public struct BorrowedBytes: ComponentConvertible {
  let memory: BorrowedMemory

  /// The number of bytes.
  public var count: Int { memory.bytes.count }

  /// Calls a closure with the bytes where they are.
  ///
  /// - Throws: what the closure throws; `HostFunctionError` after the call.
  public func withSpan<Result>(_ body: (borrowing RawSpan) throws -> Result) throws -> Result {
    try memory.check()
    return try body(memory.bytes.bytes)
  }

  /// A copy of the bytes, to be kept.
  public func copy() throws(HostFunctionError) -> [UInt8] {
    try memory.check()
    return [UInt8](memory.bytes)
  }

  public static var componentType: ValueType { .list(.u8) }

  public static func lift(from source: borrowing ComponentSource) throws(ConversionError) -> Self {
    let (element, address, count) = try source.list()
    guard element.has(.u8) else { throw .unlike("a list of bytes") }
    return Self(memory: try BorrowedMemory(source, source.from.bytes(address), count))
  }

  public func lower(to destination: borrowing ComponentDestination) throws(ConversionError) {
    do throws(HostFunctionError) {
      try memory.check()
    } catch {
      throw ConversionError(error.description)
    }
    let (element, address) = try destination.setList(count: count)
    guard element.has(.u8) else { throw .unlike("a list of bytes") }
    guard let address else { return }
    UnsafeMutableRawBufferPointer(start: destination.to.bytes(address), count: count)
      .copyMemory(from: memory.bytes)
  }
}

@available(*, unavailable)
extension BorrowedBytes: Sendable {}

/// A `string` in a guest's memory, as an argument of a synchronous function of the host. Its UTF-8 is not copied unless
/// the guest encodes strings in another way.
///
/// It can be used until the function returns; using it later throws.
public struct BorrowedString: ComponentConvertible {
  private enum Storage {
    case memory(BorrowedMemory)
    case converted(String, BorrowedMemory)
  }
  private let storage: Storage

  /// Calls a closure with the UTF-8 code units, which are valid.
  ///
  /// - Throws: what the closure throws; `HostFunctionError` after the call.
  public func withUTF8Span<Result>(_ body: (borrowing RawSpan) throws -> Result) throws -> Result {
    switch storage {
    case .memory(let memory):
      try memory.check()
      return try body(memory.bytes.bytes)
    case .converted(var string, let memory):
      try memory.check()
      return try string.withUTF8 { try body(UnsafeRawBufferPointer($0).bytes) }
    }
  }

  /// A copy of the string, to be kept.
  public func copy() throws(HostFunctionError) -> String {
    switch storage {
    case .memory(let memory):
      try memory.check()
      return String(decoding: memory.bytes, as: UTF8.self)
    case .converted(let string, let memory):
      try memory.check()
      return string
    }
  }

  public static var componentType: ValueType { .string }

  public static func lift(from source: borrowing ComponentSource) throws(ConversionError) -> Self {
    let string = try source.string()
    let isUTF8 = string.encoding == .utf8
    let count = isUTF8 ? Int(string.codeUnits) : 0
    let memory = try BorrowedMemory(source, string.bytes, count)
    if isUTF8 { return Self(storage: .memory(memory)) }
    try source.state.spend(string.codeUnits * 2)
    return Self(storage: .converted(string.value, memory))
  }

  public func lower(to destination: borrowing ComponentDestination) throws(ConversionError) {
    let string: String
    do throws(HostFunctionError) {
      string = try copy()
    } catch {
      throw ConversionError(error.description)
    }
    try destination.setString(string)
  }
}

@available(*, unavailable)
extension BorrowedString: Sendable {}
