// wasi:random: the same in both versions.

import ComponentRuntime

/// wasi:random/random, insecure and insecure-seed.
struct RandomInterfaces {
  private let world: ComponentWorld
  /// The most bytes of one call, as in Wasmtime: what a guest asks for is not what it gets memory for.
  private static let maximumBytes = 1 << 26

  init(_ world: ComponentWorld) { self.world = world }

  private var source: RandomSource { world.context.random }

  func random(_ name: String) -> ImportItem? {
    switch name {
    case "get-random-bytes": bytes(source.fill)
    case "get-random-u64": world.number(source.next)
    default: nil
    }
  }

  func insecure(_ name: String) -> ImportItem? {
    switch name {
    case "get-insecure-random-bytes": bytes(source.fillInsecurely)
    case "get-insecure-random-u64": world.number(source.nextInsecure)
    default: nil
    }
  }

  func insecureSeed(_ name: String) -> ImportItem? {
    let source = source
    return switch name {
    case "insecure-seed", "get-insecure-seed":
      world.function([], .tuple([.u64, .u64])) { _ in
        .tuple([.u64(source.nextInsecure()), .u64(source.nextInsecure())])
      }
    default: nil
    }
  }

  private func bytes(_ fill: @escaping (UnsafeMutableRawBufferPointer) -> Void) -> ImportItem {
    world.function([.u64], .bytes) { arguments in
      let count = try arguments.u64(0)
      guard count <= UInt64(Self.maximumBytes) else {
        throw WASIMisuse(description: "at most \(Self.maximumBytes) random bytes can be asked for")
      }
      return .bytes(
        [UInt8](unsafeUninitializedCapacity: Int(count)) { buffer, initialized in
          fill(UnsafeMutableRawBufferPointer(buffer))
          initialized = Int(count)
        })
    }
  }
}
