// CanonicalABI.md, Resource State. Resource types are generative: a record is a type, and its address is its identity.
// A component that is given one resource type for two of its own has two all the same (Explainer.md, Type Checking: the
// substitution "is not visible to the child at validation- or run-time"), so the second is a view: a type of its own to the
// handles in that component's table, the same resource to everybody else.

package typealias ResourceTypeRef = UnsafeMutablePointer<ResourceType>

/// Resource State: `ResourceType`.
package struct ResourceType: BitwiseCopyable {
  /// The instance that defines the type; nil for resources of the host.
  package let impl: InstanceRef?
  /// The destructor: a record of whoever defines the type, nil if there is none. Guests': the core function. Hosts':
  /// what the embedding wants to be called with.
  package let dtor: UnsafeMutableRawPointer?
  /// Where borrows are lowered as representations: `impl`, but nil for a view, which `impl` does not know as its own.
  let definer: InstanceRef?
  /// The type that this is a view of; nil if it is none.
  let viewed: ResourceTypeRef?
  /// For the embedding and for messages.
  package var owner: UnsafeMutableRawPointer?

  init(impl: InstanceRef?, dtor: UnsafeMutableRawPointer?) {
    self.impl = impl
    self.dtor = dtor
    definer = impl
    viewed = nil
  }

  init(viewOf base: ResourceTypeRef) {
    impl = base.pointee.impl
    dtor = base.pointee.dtor
    definer = nil
    viewed = base
  }

}

extension ResourceTypeRef {
  /// The type that this is a view of, or itself: the same for all that are the same resource.
  package var base: ResourceTypeRef { pointee.viewed ?? self }
}

package typealias HostResourceRef = UnsafeMutablePointer<HostResource>
package typealias HostResourceID = RecordID<HostResource>

/// A handle that the host holds: its entry in the table that the host does not have.
package struct HostResource: BitwiseCopyable {
  /// The type itself, whatever view of it the host has it from.
  package let rt: ResourceTypeRef
  package let rep: UInt64
  package let own: Bool
  /// The call that lent it; a borrow whose call has ended is not used any more.
  package let borrowScope: TaskID
  package var numLends: UInt32 = 0
  /// The next one that was lent to the same task of the host.
  var nextBorrow: HostResourceRef?

  init(rt: ResourceTypeRef, rep: UInt64, own: Bool, borrowScope: TaskID) {
    self.rt = rt.base
    self.rep = rep
    self.own = own
    self.borrowScope = borrowScope
  }
}
