// Resources in calls of host functions: what is lent or given to the host, and what the host gives.

import WasmExecution

extension HostCall {
  /// The representation behind an argument that is a handle to a resource of this type. One that was given, not lent, is
  /// not the guest's any more, and the host has to drop what it stands for.
  package func representation(
    of value: ComponentValue, _ definition: HostResourceDefinition
  ) throws -> UInt64 {
    let state = scheduler.state
    let id: HostResourceID
    let isOwn: Bool
    switch value {
    case .own(let own): (id, isOwn) = (own, true)
    case .borrow(let borrow): (id, isOwn) = (borrow, false)
    default: throw ComponentTrap(.bug)
    }
    guard let resource = state.pointee.hostResources[id],
      resource.pointee.rt.isDefined(by: definition)
    else { throw ComponentTrap(.unknownHandle, index: id.index) }
    return isOwn ? try state.takeHostResource(id).rep : resource.pointee.rep
  }

  /// A handle to give to the guest.
  package func own(
    _ representation: UInt64, _ type: ResourceTypeRef
  ) throws -> ComponentValue {
    .own(try scheduler.state.addHostResource(type, representation, own: true).id)
  }
}

extension ResourceTypeRef {
  /// Whether this is a resource type of the host's with this definition.
  package func isDefined(by definition: HostResourceDefinition) -> Bool {
    pointee.impl == nil
      && pointee.dtor == Unmanaged.passUnretained(definition).toOpaque()
  }
}
