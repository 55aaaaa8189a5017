// wasi:sockets/ip-name-lookup of WASI 0.2.

import ComponentRuntime

/// `resolve-address-stream`
final class ResolveAddressStream {
  private let lookup: NameLookup
  private var next = 0

  init(_ lookup: NameLookup) { self.lookup = lookup }

  /// nil after the last.
  func nextAddress() throws(SystemError) -> IPAddress? {
    let addresses = try lookup.addresses()
    guard next < addresses.count else { return nil }
    next += 1
    return addresses[next - 1]
  }

  var readiness: Readiness { lookup.readiness }
}

extension Preview2 {
  func nameLookup(_ name: String) -> ImportItem? {
    let errors = SocketDialect.preview2.errors
    return switch name {
    case "resolve-address-stream": nameLookups.item
    case "network": networks.item
    case "pollable": pollables.item
    case "resolve-addresses":
      world.function([.borrow, .string], .own, errors: errors) {
        [nameLookups, networks] arguments in
        let network = try arguments.resource(0, networks)
        return try nameLookups.own(
          ResolveAddressStream(network.resolveAddresses(arguments.string(1))))
      }
    case "[method]resolve-address-stream.resolve-next-address":
      world.function(
        [.borrow], .option(SocketDialect.ipAddress), errors: errors
      ) { [nameLookups] arguments in
        .option(try arguments.resource(0, nameLookups).nextAddress()?.value)
      }
    case "[method]resolve-address-stream.subscribe":
      world.function([.borrow], .own) { [nameLookups, pollables] arguments in
        let lookup = try arguments.resource(0, nameLookups)
        return try pollables.own(Pollable { lookup.readiness })
      }
    default: nil
    }
  }
}
