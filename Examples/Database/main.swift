// Lends a database to a component: resources of the host's, whose objects guests only have handles to.

import Apus
import ApusMacros
import GRDB

@ComponentRecord struct Sale {
  var city: String
  var amount: Int64
}

/// The `connection` of the component: SQLite, by GRDB.
final class Connection: HostResource {
  let queue: DatabaseQueue

  init(_ queue: DatabaseQueue) { self.queue = queue }

  /// The sales that a guest's SQL finds. It can be any: `read` refuses what would write, and the columns are looked at.
  func sales(_ sql: String) throws -> [Sale] {
    try queue.read { database in
      try Row.fetchAll(database, sql: sql).map { row in
        guard row.count == 2, let city = String.fromDatabaseValue(row[0]),
          let amount = Int64.fromDatabaseValue(row[1])
        else { throw DatabaseError(message: "the columns are not those of a sale") }
        return Sale(city: city, amount: amount)
      }
    }
  }

  func dropped() { print("a guest has dropped the connection") }
}

/// The `rows` of the component: what a query has found, and how far they were read.
actor Rows: HostResource {
  private let sales: [Sale]
  private var position = 0

  init(_ sales: [Sale]) { self.sales = sales }

  func next() -> Sale? {
    guard position < sales.count else { return nil }
    position += 1
    return sales[position - 1]
  }

  nonisolated func dropped() { print("the guest has dropped the rows") }
}

let connectionType = HostResourceType(Connection.self, name: "connection")
let rowsType = HostResourceType(Rows.self, name: "rows")

var linker = Linker()
let interface = "example:reports/database@1.0.0"
linker.resource("connection", in: interface, connectionType)
linker.resource("rows", in: interface, rowsType)
linker.function("[method]connection.query", in: interface) {
  (_, connection: BorrowedResource, sql: String) -> Result<Resource, ErrorPayload<String>> in
  do {
    let sales = try connection.resource.object(as: Connection.self).sales(sql)
    return .success(Resource(Rows(sales), as: rowsType))
  } catch let error as DatabaseError {
    return .failure(ErrorPayload(error.message ?? "\(error)"))
  }
}
linker.asyncFunction("[method]rows.next", in: interface) {
  (rows: BorrowedResource) async throws -> Sale? in
  try await rows.resource.object(as: Rows.self).next()
}

let engine = Engine()
let component = try Component(engine: engine, bytes: PackageResources.report_wat)
let store = try Store(engine: engine)
let report = try await store.instantiate(component, linker)
let bestSale = try report.function(
  "best-sale", as: ((BorrowedResource) -> Result<Sale, ErrorPayload<String>>).self)
let again = try report.function("again", as: (() -> Result<Sale, ErrorPayload<String>>).self)

// The connection stays the host's: it is lent for each call anew.
let queue = try DatabaseQueue()
let connection = Resource(Connection(queue), as: connectionType)
func printBestSale() async throws {
  switch try await bestSale(BorrowedResource(connection)) {
  case .success(let sale): print("most was sold in \(sale.city): \(sale.amount)")
  case .failure(let error): print("no report:", error.value)
  }
}

try await printBestSale()
try queue.write { database in
  try database.execute(
    sql: """
      CREATE TABLE sales (city TEXT NOT NULL, amount INTEGER NOT NULL);
      INSERT INTO sales VALUES ('Oslo', 120), ('Lima', 310), ('Kyoto', 270);
      """)
}
try await printBestSale()

// A guest that has kept the handle has nothing: its number means nothing any more, and using it stops the guest.
do {
  _ = try await again()
} catch {
  guard case .trap(let trap) = error else { throw error }
  print("refused:", trap.message)
}

// Nothing of the host's is left in guests' hands: it can close the database when it wants to.
try await connection.drop()
try queue.close()
print("the host has closed the database; what the guest still has: \(await store.counts.handles)")
