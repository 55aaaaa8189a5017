// Resources of the host as guests have them: a guest's handle holds a representation, which is an index and a generation
// in one of these tables, so a stale one is nobody's.

import ComponentRuntime

/// The resources of one type in one store.
///
///     representation   63 ...... 32 31 ....... 0
///                      generation   index
final class ResourceTable<Resource> {
  /// Used on the store's thread only, as everything of a store is.
  private final class Storage: @unchecked Sendable {
    struct Entry {
      var generation: UInt32 = 0
      var resource: Resource?
    }
    var entries: [Entry] = []
    var free: [UInt32] = []
    let dropped: (Resource) -> Void

    init(dropped: @escaping (Resource) -> Void) { self.dropped = dropped }

    func index(of representation: UInt64) -> Int? {
      let index = Int(UInt32(truncatingIfNeeded: representation))
      guard index < entries.count, entries[index].generation == UInt32(representation >> 32) else {
        return nil
      }
      return index
    }

    func add(_ resource: Resource) -> UInt64 {
      let index = free.popLast() ?? UInt32(entries.count)
      if index == entries.count { entries.append(Entry()) }
      entries[Int(index)].resource = resource
      return UInt64(entries[Int(index)].generation) << 32 | UInt64(index)
    }

    func remove(_ representation: UInt64) -> Resource? {
      guard let index = index(of: representation) else { return nil }
      let resource = entries[index].resource.take()
      entries[index].generation &+= 1
      free.append(UInt32(index))
      return resource
    }
  }
  private let storage: Storage
  let definition: HostResourceDefinition
  private let type: ResourceTypeRef
  private unowned let store: ComponentStore

  /// - Parameter dropped: Called when a guest drops its handle.
  init(
    _ name: String, _ world: ComponentWorld, dropped: @escaping (Resource) -> Void = { _ in }
  ) throws(ComponentFailure) {
    let storage = Storage(dropped: dropped)
    self.storage = storage
    definition = HostResourceDefinition(
      name,
      dropped: { if let resource = storage.remove($0) { storage.dropped(resource) } },
      abandoned: { _ = storage.remove($0) })
    store = world.store
    type = try world.store.resourceType(of: definition)
  }

  var item: ImportItem { .resource(definition) }

  /// A handle to give to a guest.
  func own(_ resource: Resource) throws(ComponentTrap) -> ComponentValue {
    let representation = storage.add(resource)
    do throws(ComponentTrap) {
      return .own(try store.state.addHostResource(type, representation, own: true).id)
    } catch {
      _ = storage.remove(representation)
      throw error
    }
  }

  /// What a handle stands for that a call was lent.
  func resource(_ value: ComponentValue, in call: HostCall) throws -> Resource {
    let representation = try call.representation(of: value, definition)
    guard let index = storage.index(of: representation),
      let resource = storage.entries[index].resource
    else { throw ComponentTrap(.bug) }
    return resource
  }

  /// A stream of handles that the host writes.
  func makeStream() throws(ComponentFailure) -> (readable: CopyEndID, writable: CopyEndID) {
    try store.makeStream(ofOwned: type)
  }
}
