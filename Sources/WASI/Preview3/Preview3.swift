// WASI 0.3: its interfaces, and the resources that guests of one store have of it. Streams and futures of the Component
// Model stand where 0.2 had wasi:io.

import ComponentRuntime

/// WASI 0.3 in one store.
final class Preview3 {
  let world: ComponentWorld
  let terminals: Terminals
  let descriptors: ResourceTable<Descriptor>
  let tcpSockets: ResourceTable<StreamingTCPSocket>
  let udpSockets: ResourceTable<UDPSocket>

  init(_ world: ComponentWorld) throws(ComponentFailure) {
    self.world = world
    terminals = try Terminals(world)
    descriptors = try ResourceTable("descriptor", world)
    tcpSockets = try ResourceTable("tcp-socket", world)
    udpSockets = try ResourceTable("udp-socket", world)
  }

  func interface(_ path: String) -> Interface? {
    switch path {
    case "clocks/system-clock": systemClock
    case "clocks/monotonic-clock": monotonicClock
    case "clocks/timezone": timezone
    case "random/random": RandomInterfaces(world).random
    case "random/insecure": RandomInterfaces(world).insecure
    case "random/insecure-seed": RandomInterfaces(world).insecureSeed
    case "cli/environment": EnvironmentInterface(world).item
    case "cli/exit": ExitInterface(world).item
    case "cli/stdin": standardInput
    case "cli/stdout": { self.output($0, self.world.context.standardOutput) }
    case "cli/stderr": { self.output($0, self.world.context.standardError) }
    case "filesystem/types": filesystemTypes
    case "filesystem/preopens": Preopens(world, descriptors).item
    case "sockets/types": socketTypes
    case "sockets/ip-name-lookup": nameLookup
    // Types only, which are nothing at run time.
    case "clocks/types", "cli/types": { _ in nil }
    default: terminals.interface(path)
    }
  }
}
