// What a guest may do with the network, and where its sockets come from. A socket can only be made here, so that nothing
// reaches the network that was not allowed.

/// Access to the network, `network` of wasi:sockets.
package struct Network: Sendable {
  package let permissions: WASIConfiguration.Network

  package init(_ permissions: WASIConfiguration.Network) { self.permissions = permissions }

  package func makeTCPSocket(_ family: IPAddressFamily) throws(SystemError) -> TCPSocket {
    guard permissions.allowsTCP else { throw .access }
    return try TCPSocket(
      SocketHandle(family: family, isStream: true), mayUseAddresses: permissions.allowsAddresses)
  }

  package func makeUDPSocket(_ family: IPAddressFamily) throws(SystemError) -> UDPSocket {
    guard permissions.allowsUDP else { throw .access }
    return try UDPSocket(
      SocketHandle(family: family, isStream: false), mayUseAddresses: permissions.allowsAddresses)
  }

  package func resolveAddresses(_ name: String) throws(SystemError) -> NameLookup {
    guard permissions.allowsIPNameLookup else { throw .permanentResolverFailure }
    return try NameLookup(name)
  }
}
