// Lists whose links lie in the records themselves: adding and removing takes no memory and no search. A record can be
// in several lists at once, through one link each.

/// Neighbours in a list.
package struct Link<Element>: BitwiseCopyable {
  var previous: UnsafeMutablePointer<Element>?
  var next: UnsafeMutablePointer<Element>?
  package init() {}
}

/// One way of being in a list: which link of the element it goes through.
package protocol ListMembership {
  associatedtype Element
  static func link(of element: UnsafeMutablePointer<Element>) -> Link<Element>
  static func setLink(of element: UnsafeMutablePointer<Element>, _ link: Link<Element>)
}

/// A list in order of arrival. The elements' links mean nothing while they are in no list.
package struct LinkedList<Membership: ListMembership>: BitwiseCopyable {
  package typealias Reference = UnsafeMutablePointer<Membership.Element>
  package private(set) var first: Reference?
  package private(set) var last: Reference?
  package private(set) var count: UInt32 = 0

  package init() {}

  @inline(__always)
  package init(only element: Reference) {
    Membership.setLink(of: element, Link())
    first = element
    last = element
    count = 1
  }

  package var isEmpty: Bool { first == nil }

  package mutating func append(_ element: Reference) {
    var link = Link<Membership.Element>()
    link.previous = last
    Membership.setLink(of: element, link)
    if let last { setNext(last, element) } else { first = element }
    last = element
    count &+= 1
  }

  package mutating func prepend(_ element: Reference) {
    var link = Link<Membership.Element>()
    link.next = first
    Membership.setLink(of: element, link)
    if let first { setPrevious(first, element) } else { last = element }
    first = element
    count &+= 1
  }

  package mutating func remove(_ element: Reference) {
    let link = Membership.link(of: element)
    if let previous = link.previous { setNext(previous, link.next) } else { first = link.next }
    if let next = link.next { setPrevious(next, link.previous) } else { last = link.previous }
    count &-= 1
  }

  package func next(after element: Reference) -> Reference? { Membership.link(of: element).next }

  /// Calls the function with the elements in order; it must not change the list.
  package func forEachLive(_ body: (Reference) -> Void) {
    var element = first
    while let current = element {
      element = next(after: current)
      body(current)
    }
  }

  private func setNext(_ element: Reference, _ next: Reference?) {
    var link = Membership.link(of: element)
    link.next = next
    Membership.setLink(of: element, link)
  }

  private func setPrevious(_ element: Reference, _ previous: Reference?) {
    var link = Membership.link(of: element)
    link.previous = previous
    Membership.setLink(of: element, link)
  }
}
