// The system's cryptographic generator.

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

func fillWithSystemRandom(_ buffer: UnsafeMutableRawBufferPointer) {
  #if canImport(Darwin)
    if let base = buffer.baseAddress { arc4random_buf(base, buffer.count) }
  #else
    var rest = buffer[...]
    while !rest.isEmpty {
      // As many as one call gives.
      let chunk = UnsafeMutableRawBufferPointer(rebasing: rest.prefix(256))
      rest = rest.dropFirst(chunk.count)
      if let base = chunk.baseAddress, getentropy(base, chunk.count) == 0 { continue }
      // Not on any system that Swift supports; its own generator ends the process rather than be predictable.
      var generator = SystemRandomNumberGenerator()
      for index in chunk.indices { chunk[index] = .random(in: .min ... .max, using: &generator) }
    }
  #endif
}
