// wasi:random: the same in both versions.

import ComponentRuntime

/// wasi:random/random, insecure and insecure-seed.
struct RandomInterfaces {
  private let world: ComponentWorld
  /// The most bytes of one call: what a guest asks for is not what it gets memory for.
  private static let maximumBytes = 1 << 24

  init(_ world: ComponentWorld) { self.world = world }

  func random(_ name: String) -> ImportItem? {
    switch name {
    case "get-random-bytes": bytes
    case "get-random-u64": number
    default: nil
    }
  }

  func insecure(_ name: String) -> ImportItem? {
    switch name {
    case "get-insecure-random-bytes": bytes
    case "get-insecure-random-u64": number
    default: nil
    }
  }

  func insecureSeed(_ name: String) -> ImportItem? {
    let random = world.context.random
    return switch name {
    case "insecure-seed", "get-insecure-seed":
      world.function([], .tuple([.u64, .u64])) { _ in
        .tuple([.u64(random.next()), .u64(random.next())])
      }
    default: nil
    }
  }

  private var number: ImportItem {
    let random = world.context.random
    return world.number { random.next() }
  }

  private var bytes: ImportItem {
    let random = world.context.random
    return world.function([.u64], .bytes) { arguments in
      let count = try arguments.u64(0)
      guard count <= UInt64(Self.maximumBytes) else {
        throw WASIMisuse(description: "at most \(Self.maximumBytes) random bytes can be asked for")
      }
      return .bytes(
        [UInt8](unsafeUninitializedCapacity: Int(count)) { buffer, initialized in
          random.fill(UnsafeMutableRawBufferPointer(buffer))
          initialized = Int(count)
        })
    }
  }
}
