// Records and their names.

import Testing

@testable import ComponentRuntime

@Suite struct SlabTests {
  @Test func staleNamesNameNobody() throws {
    var slab = Slab<UInt64>()
    let first = try #require(slab.add())
    first.pointee = 7
    let name = Slab.id(of: first)
    #expect(slab[name]?.pointee == 7)
    slab.remove(first)
    #expect(slab[name] == nil)
    let second = try #require(slab.add())
    #expect(second == first)
    #expect(Slab.id(of: second) != name)
    #expect(slab[name] == nil)
    #expect(slab[.none] == nil)
    #expect(slab[RecordID(raw: .max)] == nil)
  }

  @Test func recordsDoNotMove() throws {
    var slab = Slab<UInt64>()
    var records: [UnsafeMutablePointer<UInt64>] = []
    for number in 0..<1000 {
      let record = try #require(slab.add())
      record.pointee = UInt64(number)
      records.append(record)
    }
    #expect(slab.count == 1000)
    for (number, record) in records.enumerated() {
      #expect(record.pointee == UInt64(number))
      #expect(slab[Slab.id(of: record)] == record)
    }
    var sum: UInt64 = 0
    slab.forEach { sum += $0.pointee }
    #expect(sum == 499_500)
  }

  @Test func limit() throws {
    var slab = Slab<UInt64>(limit: 2)
    let first = try #require(slab.add())
    _ = try #require(slab.add())
    #expect(slab.add() == nil)
    slab.remove(first)
    #expect(slab.add() == first)
  }
}
