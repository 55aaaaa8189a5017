// wasi:sockets/network and instance-network of WASI 0.2.

import ComponentRuntime

extension Preview2 {
  func network(_ name: String) -> ImportItem? {
    switch name {
    case "network": networks.item
    case "error": errors.item
    case "network-error-code":
      world.function([.borrow], .option(SocketDialect.preview2.errorCode)) { [errors] arguments in
        .option(SocketDialect.preview2.value(try arguments.resource(0, errors)))
      }
    default: nil
    }
  }

  func instanceNetwork(_ name: String) -> ImportItem? {
    switch name {
    case "network": networks.item
    case "instance-network":
      world.function([], .own) { [self] _ in try networks.own(world.context.network) }
    default: nil
    }
  }
}

/// What a `start-` function has begun and the `finish-` function has not ended yet.
enum SocketStep {
  case none
  case bind
  case connect
  case listen

  /// Nothing else may be under way.
  func checkIdle() throws(SystemError) {
    switch self {
    case .none: break
    case .bind, .connect, .listen: throw .concurrencyConflict
    }
  }

  mutating func finish(_ step: SocketStep) throws(SystemError) {
    guard self == step, step != .none else { throw .notInProgress }
    self = .none
  }
}
