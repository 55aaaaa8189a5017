// Records and their names.

import Testing

@testable import ComponentRuntime

@Suite struct SlabTests {
  private func added(
    _ record: UnsafeMutablePointer<UInt64>?
  ) throws -> UnsafeMutablePointer<UInt64> {
    try #require(record)
  }

  @Test func staleNamesNameNobody() throws {
    var slab = Slab<UInt64>()
    let first = try added(slab.add())
    first.pointee = 7
    let name = Slab.id(of: first)
    let found = slab[name]
    #expect(found == first && first.pointee == 7)
    slab.remove(first)
    let removed = slab[name]
    #expect(removed == nil)
    let second = try added(slab.add())
    #expect(second == first)
    #expect(Slab.id(of: second) != name)
    let stale = [slab[name], slab[.none], slab[RecordID(raw: .max)]]
    #expect(stale.allSatisfy { $0 == nil })
  }

  @Test func recordsDoNotMove() throws {
    var slab = Slab<UInt64>()
    var records: [UnsafeMutablePointer<UInt64>] = []
    for number in 0..<1000 {
      let record = try added(slab.add())
      record.pointee = UInt64(number)
      records.append(record)
    }
    let count = slab.count
    #expect(count == 1000)
    for (number, record) in records.enumerated() {
      #expect(record.pointee == UInt64(number))
      let found = slab[Slab.id(of: record)]
      #expect(found == record)
    }
    var sum: UInt64 = 0
    slab.forEachLive { sum += $0.pointee }
    #expect(sum == 499_500)
  }

  @Test func limit() throws {
    var slab = Slab<UInt64>(limit: 2)
    let first = try added(slab.add())
    _ = try added(slab.add())
    let third = slab.add()
    #expect(third == nil)
    slab.remove(first)
    let again = slab.add()
    #expect(again == first)
  }
}
