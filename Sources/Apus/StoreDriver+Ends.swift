// Reading and writing ends that the host holds.

import ComponentRuntime
import WasmExecution
import WasmSyntax

/// A read or write that a Swift task awaits.
final class EndTransfer: @unchecked Sendable {
  // Invariant: only used on the store's executor.
  let buffer: HostBuffer
  private(set) var outcome: Result<TransferResult, StreamError>?
  private var continuation: UnsafeContinuation<Void, Never>?
  var isCancelled = false
  private let handOver = HandOver()

  init(_ buffer: HostBuffer) { self.buffer = buffer }

  func finish(_ outcome: Result<TransferResult, StreamError>) {
    handOver.begin()
    defer { handOver.end() }
    guard self.outcome == nil else { return }
    self.outcome = outcome
    continuation?.resume()
    continuation = nil
  }

  func wait(_ continuation: UnsafeContinuation<Void, Never>) {
    handOver.begin()
    if outcome != nil { continuation.resume() } else { self.continuation = continuation }
    handOver.end()
  }
}

/// What a program takes the elements of a stream or future for.
enum ExpectedElements: Sendable {
  case any
  case type(ValueType?)
}

extension StoreDriver {
  /// Both ends of a stream or future of the host's.
  func makeEnds(
    isFuture: Bool, _ type: ValueType?
  ) throws(CallError) -> (readable: CopyEndID, writable: CopyEndID) {
    if isClosed { throw .closed }
    do throws(ComponentFailure) {
      return try runtime.makeCopy(isFuture: isFuture, of: type?.hostType)
    } catch {
      throw CallError(error)
    }
  }

  /// Both ends of a stream of the host's resources.
  func makeStream(
    ofOwned type: HostResourceType
  ) throws(CallError) -> (readable: CopyEndID, writable: CopyEndID) {
    if isClosed { throw .closed }
    do throws(ComponentFailure) {
      return try runtime.makeStream(ofOwned: try resourceType(of: type))
    } catch {
      throw CallError(error)
    }
  }

  /// Begins a transfer once the store is free.
  func begin(_ transfer: EndTransfer, _ id: CopyEndID, count: Int) {
    whenFree { driver in
      if driver.isClosed || transfer.isCancelled {
        return transfer.finish(.success(TransferResult(result: .cancelled, count: 0)))
      }
      if let end = driver.runtime.state.hostEnd(id), end.pointee.state == .done,
        !end.pointee.kind.isFuture
      {
        return transfer.finish(.success(TransferResult(result: .dropped, count: 0)))
      }
      do throws(ComponentFailure) {
        let began = try driver.runtime.transfer(id, transfer.buffer, count: count) {
          transfer.finish(.success($0))
        }
        if !began { transfer.finish(.failure(.unusable)) }
      } catch {
        transfer.finish(.failure(.failed(error.description)))
      }
    }
  }

  func cancel(_ transfer: EndTransfer, _ id: CopyEndID) {
    guard transfer.outcome == nil else { return }
    transfer.isCancelled = true
    whenFree { $0.runtime.cancelTransfer(id) }
  }

  /// Whether an end is of a stream or future with the expected elements. Resource types are not known here.
  func check(_ id: CopyEndID, _ expected: ExpectedElements) throws(StreamError) {
    guard case .type(let type) = expected, type?.mentionsResources != true else { return }
    guard let end = runtime.state.hostEnd(id) else { throw isClosed ? .closed : .unusable }
    let wanted = runtime.typeID(of: type?.hostType)
    guard end.pointee.t.base == wanted.base else {
      throw .mismatch(
        mismatch(found: end.pointee.t, expected: wanted, isFuture: end.pointee.kind.isFuture))
    }
  }

  private func mismatch(
    found: RuntimeTypeID, expected: RuntimeTypeID, isFuture: Bool
  ) -> String {
    let expected = runtime.text(ofElements: expected, isFuture: isFuture)
    return "expected \(expected), got \(runtime.text(ofElements: found, isFuture: isFuture))"
  }

  /// What is wrong with a value, in words.
  func text(of mismatch: ValueMismatch) -> String {
    guard let elements = mismatch.elements else { return mismatch.description }
    return self.mismatch(
      found: elements.found, expected: elements.expected, isFuture: elements.isFuture)
  }

  /// A buffer to read boxed elements into.
  func readBuffer(_ id: CopyEndID) -> HostBuffer {
    let hasNone = runtime.state.hostEnd(id)?.pointee.t == RuntimeTypeID.none
    return HostBuffer(hasNone ? .units(0) : .values([]))
  }

  /// Boxed elements to write, checked, with what goes with each of them; `units` are how many there are of a stream of
  /// nothing.
  func write(
    _ id: CopyEndID, _ values: [ComponentValue], units: Int?
  ) throws(StreamError) -> (HostBuffer, gifts: [[StoreCall.Gift]]) {
    guard let end = runtime.state.hostEnd(id) else { throw isClosed ? .closed : .unusable }
    if end.pointee.t == RuntimeTypeID.none {
      guard values.isEmpty || units == nil else { throw .mismatch("the future has no type") }
      return (HostBuffer(.units(units ?? values.count)), [])
    }
    guard !values.isEmpty else { throw .mismatch("a value is missing") }
    let plan = runtime.elementPlan(of: id)
    var lowered: [RuntimeValue] = []
    var gifts: [[StoreCall.Gift]] = []
    do throws(CallError) {
      for value in values {
        gifts.append([])
        let element = try lower(value, &gifts[gifts.count - 1])
        if let plan { try check(element, plan) }
        lowered.append(element)
      }
    } catch {
      for gift in gifts.joined() { giveBack(gift) }
      throw .mismatch(error.description)
    }
    return (HostBuffer(.values(lowered)), gifts)
  }

  private func check(_ value: RuntimeValue, _ plan: BoundPlan) throws(CallError) {
    do throws(ValueMismatch) {
      try ValueCheck.values(plan, [value], runtime.state, is64: false)
    } catch {
      throw .mismatch(text(of: error))
    }
  }

  func giveBack(_ gift: StoreCall.Gift) {
    switch gift {
    case .resource(let resource, let id):
      if runtime.state.pointee.hostResources[id] != nil {
        resource.giveBack(id, hostObject(id)?.object)
      }
    case .end(let end):
      if runtime.state.hostEnd(end.id) != nil { end.giveBack() }
    case .loan: break
    }
  }
}

extension Store {
  func readValues(
    _ id: CopyEndID, count: Int, _ expected: ExpectedElements
  ) async throws(StreamError) -> ([ComponentValue], CopyResult) {
    try driver.check(id, expected)
    let transfer = EndTransfer(driver.readBuffer(id))
    let result = try await run(transfer, id, count)
    switch transfer.buffer.elements {
    case .values(let values):
      do throws(CallError) {
        return (try driver.lift(values, nil), result.result)
      } catch {
        throw .failed(error.description)
      }
    case .bytes(let bytes): return (bytes.map { .u8($0) }, result.result)
    case .units:
      // Nothing, so many times.
      return (Array(repeating: .tuple([]), count: result.count), result.result)
    }
  }

  func readBytes(
    _ id: CopyEndID, count: Int
  ) async throws(StreamError) -> ([UInt8], CopyResult) {
    try driver.check(id, .type(.u8))
    let transfer = EndTransfer(HostBuffer(.bytes([])))
    let result = try await run(transfer, id, count)
    guard case .bytes(let bytes) = transfer.buffer.elements else { return ([], result.result) }
    return (bytes, result.result)
  }

  /// Writes all values, of a future its one. Those that were not taken are given back.
  func writeValues(
    _ id: CopyEndID, _ values: [ComponentValue], units: Int? = nil, _ expected: ExpectedElements
  ) async throws(StreamError) -> TransferResult {
    try driver.check(id, expected)
    let (buffer, gifts) = try driver.write(id, values, units: units)
    var count = 0
    defer {
      for gift in gifts.dropFirst(count).joined() { driver.giveBack(gift) }
    }
    return try await write(buffer, id, max(values.count, units ?? 0), &count)
  }

  func writeBytes(
    _ id: CopyEndID, _ bytes: [UInt8]
  ) async throws(StreamError) -> TransferResult {
    try driver.check(id, .type(.u8))
    var count = 0
    return try await write(HostBuffer(.bytes(bytes)), id, bytes.count, &count)
  }

  /// Writes what a buffer holds, each time as much as the reader takes. `count` is how much was written, also after an
  /// error.
  private func write(
    _ buffer: HostBuffer, _ id: CopyEndID, _ total: Int, _ count: inout Int
  ) async throws(StreamError) -> TransferResult {
    while true {
      let result = try await run(EndTransfer(buffer), id, total - count)
      count += result.count
      if result.result != .completed || count >= total {
        return TransferResult(result: result.result, count: count)
      }
      buffer.skip(result.count)
    }
  }

  private func run(
    _ transfer: EndTransfer, _ id: CopyEndID, _ count: Int
  ) async throws(StreamError) -> TransferResult {
    driver.begin(transfer, id, count: count)
    driver.wakeUp()
    await withTaskCancellationHandler {
      await withUnsafeContinuation {
        assertIsolated()
        transfer.wait($0)
      }
    } onCancel: {
      driver.post { $0.cancel(transfer, id) }
    }
    switch transfer.outcome {
    case .success(let result)?: return result
    case .failure(let error)?: throw error
    case nil: throw .unusable
    }
  }
}
