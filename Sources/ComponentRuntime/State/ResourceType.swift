// CanonicalABI.md, Resource State. Resource types are generative: a record is a type, and its address is its identity.

package typealias ResourceTypeRef = UnsafeMutablePointer<ResourceType>

/// Resource State: `ResourceType`.
package struct ResourceType: BitwiseCopyable {
  /// The instance that defines the type; nil for resources of the host.
  package let impl: InstanceRef?
  /// The destructor: a record of whoever defines the type, nil if there is none. Guests': the core function. Hosts':
  /// what the embedding wants to be called with.
  package let dtor: UnsafeMutableRawPointer?
  /// For the embedding and for messages.
  package var owner: UnsafeMutableRawPointer?

  init(impl: InstanceRef?, dtor: UnsafeMutableRawPointer?) {
    self.impl = impl
    self.dtor = dtor
  }
}

package typealias HostResourceRef = UnsafeMutablePointer<HostResource>
package typealias HostResourceID = RecordID<HostResource>

/// A handle that the host holds: its entry in the table that the host does not have.
package struct HostResource: BitwiseCopyable {
  package let rt: ResourceTypeRef
  package let rep: UInt64
  package let own: Bool
  /// The call that lent it; a borrow whose call has ended is not used any more.
  package let borrowScope: TaskID
  package var numLends: UInt32 = 0
  /// The next one that was lent to the same task of the host.
  var nextBorrow: HostResourceRef?

  init(rt: ResourceTypeRef, rep: UInt64, own: Bool, borrowScope: TaskID) {
    self.rt = rt
    self.rep = rep
    self.own = own
    self.borrowScope = borrowScope
  }
}
