// Buffers of the host: what it gives to, or takes from, streams and futures (CanonicalABI.md, Buffer State).

import WasmExecution

/// Elements on their way between the host and a guest. Bytes travel in bulk.
package final class HostBuffer {
  package enum Elements {
    case values([ComponentValue])
    case bytes([UInt8])
    /// Streams and futures of nothing: how many.
    case units(Int)
  }
  package internal(set) var elements: Elements
  /// Elements at the beginning that earlier writes of the same buffer have written.
  private var written = 0

  package init(_ elements: Elements) { self.elements = elements }

  /// The next write goes on after so many more elements.
  package func skip(_ count: Int) { written += count }

  var token: UInt64 { UInt64(UInt(bitPattern: Unmanaged.passUnretained(self).toOpaque())) }

  private static func of(_ buffer: UnsafePointer<Buffer>) throws(ComponentTrap) -> HostBuffer {
    guard buffer.pointee.options == nil,
      let object = UnsafeRawPointer(bitPattern: UInt(buffer.pointee.ptr))
    else { throw ComponentTrap(.bug) }
    return Unmanaged<HostBuffer>.fromOpaque(object).takeUnretainedValue()
  }

  /// `dst_buffer.write(src_buffer.read(n))` where one or both are the host's.
  static func copy(
    _ from: UnsafePointer<Buffer>, _ to: UnsafePointer<Buffer>, _ count: UInt32
  ) throws(ComponentTrap) {
    switch (from.pointee.options, to.pointee.options) {
    case (let options?, nil):
      guard let inst = from.pointee.inst else { throw ComponentTrap(.bug) }
      var cx = LiftLowerContext(options, inst)
      try withUnsafePointer(to: &cx) { (cx) throws(ComponentTrap) in
        try of(to).take(Int(count), from.pointee.ptr, cx, from.pointee.elementPlan)
      }
    case (nil, let options?):
      guard let inst = to.pointee.inst else { throw ComponentTrap(.bug) }
      var cx = LiftLowerContext(options, inst)
      try withUnsafePointer(to: &cx) { (cx) throws(ComponentTrap) in
        try of(from).give(
          Int(count), Int(from.pointee.progress), to.pointee.ptr, cx, to.pointee.elementPlan)
      }
    case (nil, nil):
      try of(to).append(of(from).slice(Int(from.pointee.progress), Int(count)))
    case (_?, _?): throw ComponentTrap(.bug)
    }
  }

  // The guest's plan is what converts: the guest knows the elements under its own types.

  private func take(
    _ count: Int, _ address: UInt64, _ cx: ContextRef, _ plan: PlanRef?
  ) throws(ComponentTrap) {
    switch elements {
    case .bytes(var bytes):
      elements = .units(0)
      bytes.append(contentsOf: UnsafeRawBufferPointer(start: cx.bytes(address), count: count))
      elements = .bytes(bytes)
    case .values(var values):
      guard let plan else { throw ComponentTrap(.bug) }
      elements = .units(0)
      let bound = plan.pointee.object.takeUnretainedValue()
      values += try LiftValue.elements(bound, from: cx, address, count: UInt64(count))
      elements = .values(values)
    case .units(let present): elements = .units(present + count)
    }
  }

  private func give(
    _ count: Int, _ start: Int, _ address: UInt64, _ cx: ContextRef, _ plan: PlanRef?
  ) throws(ComponentTrap) {
    let start = written + start
    switch elements {
    case .bytes(let bytes):
      bytes.withUnsafeBytes { source in
        cx.bytes(address).copyMemory(
          from: source.baseAddress.unsafelyUnwrapped + start, byteCount: count)
      }
    case .values(let values):
      guard let plan else { throw ComponentTrap(.bug) }
      let bound = plan.pointee.object.takeUnretainedValue()
      try LowerValue.elements(bound, values[start..<start + count], to: cx, address)
    case .units: break
    }
  }

  private func slice(_ start: Int, _ count: Int) -> Elements {
    let start = written + start
    return switch elements {
    case .bytes(let bytes): .bytes(Array(bytes[start..<start + count]))
    case .values(let values): .values(Array(values[start..<start + count]))
    case .units: .units(count)
    }
  }

  private func append(_ more: Elements) {
    switch (elements, more) {
    case (.bytes(let bytes), .bytes(let more)): elements = .bytes(bytes + more)
    case (.values(let values), .values(let more)): elements = .values(values + more)
    case (.values(let values), .bytes(let more)):
      elements = .values(values + more.map(ComponentValue.u8))
    case (.bytes(let bytes), .values(let more)):
      elements = .bytes(
        bytes + more.compactMap { if case .u8(let byte) = $0 { byte } else { nil } })
    case (.units(let count), .units(let more)): elements = .units(count + more)
    case (.bytes, .units), (.values, .units), (.units, .bytes), (.units, .values): break
    }
  }
}
