// WASI 0.2: its interfaces, and the resources that guests of one store have of it.

import ComponentRuntime

/// WASI 0.2 in one store.
final class Preview2 {
  let world: ComponentWorld
  let errors: ResourceTable<SystemError>
  let pollables: ResourceTable<Pollable>
  let inputStreams: ResourceTable<InputStream>
  let outputStreams: ResourceTable<OutputStream>
  let terminals: Terminals
  let descriptors: ResourceTable<Descriptor>
  let directoryEntryStreams: ResourceTable<DirectoryEntryStream>
  let networks: ResourceTable<Network>
  let tcpSockets: ResourceTable<TwoStepTCPSocket>
  let udpSockets: ResourceTable<TwoStepUDPSocket>
  let incomingDatagramStreams: ResourceTable<IncomingDatagramStream>
  let outgoingDatagramStreams: ResourceTable<OutgoingDatagramStream>
  let nameLookups: ResourceTable<ResolveAddressStream>

  init(_ world: ComponentWorld) throws(ComponentFailure) {
    self.world = world
    errors = try ResourceTable("error", world)
    pollables = try ResourceTable("pollable", world)
    inputStreams = try ResourceTable("input-stream", world)
    outputStreams = try ResourceTable("output-stream", world) { [unowned world] stream in
      // Standard output is never dropped: the next stream goes on with it.
      if stream.buffer !== world.standardOutput, stream.buffer !== world.standardError {
        stream.buffer.writeRest()
      }
    }
    terminals = try Terminals(world)
    descriptors = try ResourceTable("descriptor", world)
    directoryEntryStreams = try ResourceTable("directory-entry-stream", world)
    networks = try ResourceTable("network", world)
    tcpSockets = try ResourceTable("tcp-socket", world)
    udpSockets = try ResourceTable("udp-socket", world)
    incomingDatagramStreams = try ResourceTable("incoming-datagram-stream", world)
    outgoingDatagramStreams = try ResourceTable("outgoing-datagram-stream", world)
    nameLookups = try ResourceTable("resolve-address-stream", world)
  }

  func interface(_ path: String) -> Interface? {
    switch path {
    case "io/error": ioError
    case "io/poll": ioPoll
    case "io/streams": ioStreams
    case "clocks/wall-clock": wallClock
    case "clocks/monotonic-clock": monotonicClock
    case "clocks/timezone": timezone
    case "random/random": RandomInterfaces(world).random
    case "random/insecure": RandomInterfaces(world).insecure
    case "random/insecure-seed": RandomInterfaces(world).insecureSeed
    case "cli/environment": EnvironmentInterface(world).item
    case "cli/exit": ExitInterface(world).item
    case "cli/stdin": standardInput
    case "cli/stdout": standardOutput
    case "cli/stderr": standardError
    case "filesystem/types": filesystemTypes
    case "filesystem/preopens": Preopens(world, descriptors).item
    case "sockets/network": network
    case "sockets/instance-network": instanceNetwork
    case "sockets/tcp": tcp
    case "sockets/tcp-create-socket": tcpCreateSocket
    case "sockets/udp": udp
    case "sockets/udp-create-socket": udpCreateSocket
    case "sockets/ip-name-lookup": nameLookup
    default: terminals.interface(path)
    }
  }

  func own(_ source: any ByteSource) throws -> ComponentValue {
    try inputStreams.own(InputStream(source))
  }

  func own(_ sink: any ByteSink) throws -> ComponentValue {
    try outputStreams.own(OutputStream(OutputBuffer(sink)))
  }
}
