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

  /// Ends a transfer early; what was transferred by then counts, and `onEnd` is called.
  package func cancelTransfer(_ id: CopyEndID) {
    guard hostTransfers[id] != nil, let end = state.hostEnd(id), end.pointee.state == .copying,
      !end.waitable.hasPendingEvent
    else { return }
    end.pointee.shared.cancel()
  }

  /// The host lets go of an end.
  package func dropEnd(_ id: CopyEndID) {
    guard let end = state.hostEnd(id) else { return }
    let transfer = hostTransfers.removeValue(forKey: id)
    let count = transfer == nil ? 0 : Int(end.pointee.buffer.progress)
    end.dropFromHost(state)
    transfer?.onEnd(TransferResult(result: .cancelled, count: count))
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

  /// Whether the host holds an end, so that it may still do something.
  var holdsCopyEnds: Bool {
    guard case .tasks(let graph) = state.pointee.concurrency else { return false }
    var holds = false
    graph.pointee.copyEnds.forEachLive { if $0.pointee.waitable.inst == nil { holds = true } }
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
