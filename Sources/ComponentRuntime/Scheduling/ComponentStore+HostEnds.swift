// Ends of streams and futures that the host holds: making a pair, reading and writing with rendezvous backpressure,
// cancelling, letting go (CanonicalABI.md, Stream State and Future State, with the host as one of the instances).

import WasmExecution
import WasmSyntax
import WasmValidation

/// What came of reading or writing an end.
package struct TransferResult: Sendable {
  package let result: CopyResult
  /// Elements that were read or written.
  package let count: Int

  package init(result: CopyResult, count: Int) {
    self.result = result
    self.count = count
  }
}

/// A read or write that is under way.
struct HostTransfer {
  let buffer: HostBuffer
  let onEnd: (TransferResult) -> Void
}

extension ComponentStore {
  /// A stream or future of the host's, both of whose ends it holds. The readable one can be passed to a guest.
  package func makeCopy(
    isFuture: Bool, of element: HostValueType?
  ) throws(ComponentFailure) -> (readable: CopyEndID, writable: CopyEndID) {
    do throws(ComponentTrap) {
      let ends = try state.newSharedCopy(
        isFuture: isFuture, t: runtimeTypes.id(of: element),
        isNoneOrNumberType: element?.isNumber ?? true)
      return (ends.readable.id, ends.writable.id)
    } catch {
      throw ComponentFailure(error)
    }
  }

  /// The number of a type in the host's words.
  package func typeID(of type: HostValueType?) -> RuntimeTypeID { runtimeTypes.id(of: type) }

  /// The same for elements that are handles to a resource.
  package func makeStream(
    ofOwned resource: ResourceTypeRef
  ) throws(ComponentFailure) -> (readable: CopyEndID, writable: CopyEndID) {
    do throws(ComponentTrap) {
      let ends = try state.newSharedCopy(
        isFuture: false, t: runtimeTypes.id(ofOwned: resource), isNoneOrNumberType: false)
      return (ends.readable.id, ends.writable.id)
    } catch {
      throw ComponentFailure(error)
    }
  }

  /// What is known of the other end of one that the host holds and is not using.
  package enum Demand: Hashable, Sendable {
    /// It is gone, or the host's own end is.
    case dropped
    /// It neither reads nor writes.
    case idle
    /// It has an empty buffer: it only wants to know when there is something.
    case readiness
    /// It reads or writes, and so many elements are still to come.
    case elements(Int)
  }

  /// What the other end waits for, so that the host need not take from its sources what nobody asks for.
  package func demand(at id: CopyEndID) -> Demand {
    guard let end = state.hostEnd(id), !end.pointee.shared.pointee.dropped else { return .dropped }
    guard let pending = end.pointee.shared.pointee.pending, pending != end else { return .idle }
    if pending.pointee.buffer.isZeroLength { return .readiness }
    let remain = Int(pending.pointee.buffer.remain)
    return remain == 0 ? .idle : .elements(remain)
  }

  /// The element type of an end, as values of it are converted; nil for nothing, and for types that no function mentions.
  package func elementPlan(of end: CopyEndID) -> BoundPlan? {
    guard let end = state.hostEnd(end) else { return nil }
    return payloadPlan(of: end.pointee.t)
  }

  /// Reads into a buffer, or writes what it holds. `onEnd` is called once, on the store's thread, when part of it or all
  /// has been transferred or the other end is gone. False if the host does not hold the end, or it is busy or done.
  package func transfer(
    _ id: CopyEndID, _ buffer: HostBuffer, count: Int,
    onEnd: @escaping (TransferResult) -> Void
  ) throws(ComponentFailure) -> Bool {
    guard let end = state.hostEnd(id), end.pointee.state == .idle else { return false }
    hostTransfers[id] = HostTransfer(buffer: buffer, onEnd: onEnd)
    // Buffers without elements are for streams of nothing; a host's buffer knows its own.
    let elements = buffer.isUnits ? nil : UnsafeRawPointer(end)
    let length = UInt32(clamping: count)
    do throws(ComponentTrap) {
      try end.copy(Buffer(host: buffer.token, elements: elements, length: length))
      return true
    } catch {
      // Lowering into the guest's memory failed: the guest's fault.
      hostTransfers[id] = nil
      throw scheduler.takeFailure(error)
    }
  }

  /// Calls `onDrop` when the other end is dropped, while the host waits for something before it can write. False if the
  /// end cannot be used.
  package func watch(_ id: CopyEndID, onDrop: @escaping () -> Void) -> Bool {
    guard let end = state.hostEnd(id), end.pointee.state == .idle,
      !end.pointee.shared.pointee.dropped
    else { return false }
    hostTransfers[id] = HostTransfer(buffer: HostBuffer(.units(0))) { _ in onDrop() }
    end.watch()
    return true
  }

  /// The end is to be used again: `onDrop` is not called. False if the other end is gone.
  package func unwatch(_ id: CopyEndID) -> Bool {
    guard let end = state.hostEnd(id), end.unwatch() else { return false }
    hostTransfers[id] = nil
    return true
  }

  /// Ends a transfer early; what was transferred by then counts, and `onEnd` is called.
  package func cancelTransfer(_ id: CopyEndID) {
    guard hostTransfers[id] != nil, let end = state.hostEnd(id), end.pointee.state == .copying,
      end.pointee.shared.pointee.watcher != end,
      !end.waitable.hasPendingEvent
    else { return }
    end.pointee.shared.cancel()
  }

  /// The host lets go of an end.
  package func dropEnd(_ id: CopyEndID) {
    idleEnds.remove(id)
    guard let end = state.hostEnd(id) else { return }
    let transfer = hostTransfers.removeValue(forKey: id)
    let count = transfer == nil ? 0 : Int(end.pointee.buffer.progress)
    end.dropFromHost(state)
    transfer?.onEnd(TransferResult(result: .cancelled, count: count))
  }

  /// Does what the host has been told of from outside and tells it of its transfers, without letting threads run; false
  /// if there was nothing.
  package func deliverToHost() -> Bool {
    let hadMail = mailbox.hasMail
    mailbox.deliver(to: self)
    return deliverHostEvents() || hadMail
  }

  /// Tells the host of the transfers that have ended; false if there were none.
  func deliverHostEvents() -> Bool {
    guard case .tasks(let graph) = state.pointee.concurrency else { return false }
    var delivered = false
    while let end = graph.nextHostEvent {
      let event = end.waitable.getPendingEvent()
      let count = Int(end.pointee.buffer.progress)
      delivered = true
      guard let transfer = hostTransfers.removeValue(forKey: end.id) else { continue }
      let result = CopyResult(rawValue: event.payload & 0xf) ?? .dropped
      transfer.onEnd(TransferResult(result: result, count: count))
    }
    return delivered
  }

  /// The host does nothing with an end of its own accord: that it holds it is no reason to wait for the host. What it
  /// does when something outside happens, it announces in `outsideWaits`.
  package func markIdle(_ id: CopyEndID) { idleEnds.insert(id) }

  /// Whether the host holds an end, so that it may still do something.
  var holdsCopyEnds: Bool {
    guard case .tasks(let graph) = state.pointee.concurrency else { return false }
    var holds = false
    graph.pointee.copyEnds.forEachLive {
      if $0.pointee.waitable.inst == nil, !idleEnds.contains($0.id) { holds = true }
    }
    return holds
  }

  // MARK: Element types

  /// The number of an element type, noting what it is for the host.
  func payload(
    _ element: ValueTypeID?, _ types: ComponentTypes, _ resources: [ResourceID: ResourceTypeRef]
  ) -> RuntimeTypeID {
    let id = runtimeTypes.id(of: element, in: types, resource: { resources[$0] })
    if let element, payloads[id] == nil {
      payloads[id] = Payload(element: element, types: types, resources: resources)
    }
    return id
  }

  private func payloadPlan(of id: RuntimeTypeID) -> BoundPlan? {
    guard let payload = payloads[id] else { return nil }
    if let plan = payload.plan { return plan }
    let plan = try? bind(
      ConversionPlan([payload.element], in: payload.types), payload.types, payload.resources,
      elements: id)
    payloads[id]?.plan = plan
    return plan
  }

  /// An element type of streams or futures, and its conversion once it was asked for.
  struct Payload {
    let element: ValueTypeID
    let types: ComponentTypes
    let resources: [ResourceID: ResourceTypeRef]
    var plan: BoundPlan?
  }
}

extension HostBuffer {
  var isUnits: Bool {
    if case .units = elements { true } else { false }
  }
}

extension HostValueType {
  /// `none_or_number_type`
  var isNumber: Bool {
    guard case .primitive(let primitive) = self else { return false }
    return primitive.isNumber
  }
}
