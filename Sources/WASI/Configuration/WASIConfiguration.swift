// What a guest of WASI gets to see of the world. Everything is denied until it is granted here.

/// What a guest may use, whichever version of WASI it was written for.
///
/// A fresh configuration grants nothing: no arguments, no environment, no files, no network, an empty standard input and
/// an output that is thrown away. Clocks and randomness are the system's.
///
/// ```swift
/// var configuration = WASIConfiguration()
/// let output = CapturedOutput()
/// configuration.arguments = ["hello"]
/// configuration.standardOutput = .captured(output)
/// configuration.preopens = [.directory("/tmp/data", as: "/data", isReadOnly: true)]
/// ```
public struct WASIConfiguration: Sendable {
  /// The program's name and its arguments.
  public var arguments: [String] = []
  /// Variables in the order in which the guest sees them.
  public var environment: [(name: String, value: String)] = []
  /// What a guest is told to be its current directory; nil for no answer. WASI 0.1 has no question for it.
  public var initialDirectory: String?
  /// Where standard input comes from; at its end at once if nothing is said.
  public var standardInput = Input.closed
  /// Where standard output goes; thrown away if nothing is said.
  public var standardOutput = Output.closed
  /// Where standard error goes; thrown away if nothing is said.
  public var standardError = Output.closed
  /// Directories that the guest finds open, in the order in which it sees them.
  public var preopens: [Preopen] = []
  /// Where time comes from.
  public var clocks = Clocks.system
  /// Where random numbers come from.
  public var randomness = Randomness.system
  /// What may be done with the network; nothing if nothing is said.
  public var network = Network()

  /// Nothing but the system's clocks and random numbers.
  public init() {}

  /// Where standard input comes from.
  public enum Input: Sendable {
    /// At its end at once.
    case closed
    /// The process's own.
    case inherited
    /// These, and then its end.
    case bytes([UInt8])
  }

  /// Where standard output or error goes.
  public enum Output: Sendable {
    /// Thrown away.
    case closed
    /// The process's own.
    case inherited
    /// Kept in memory, for the program to read.
    case captured(CapturedOutput)
  }

  /// Where time comes from.
  public enum Clocks: Sendable {
    /// The system's clocks.
    case system
    /// A clock that the program moves; for tests.
    case stepped(SteppableClock)
  }

  /// Where random bytes come from.
  public enum Randomness: Sendable {
    /// The system's cryptographic generator.
    case system
    /// The same sequence every time; for tests only.
    case seeded(UInt64)
  }
}

extension WASIConfiguration {
  /// A directory that is open from the start.
  public struct Preopen: Sendable {
    enum Origin: Sendable {
      case host(String)
      case memory(InMemoryFileSystem)
      /// Opened by somebody else.
      case descriptor(Descriptor)
    }
    var origin: Origin
    /// Its path as the guest sees it.
    public var guestPath: String
    /// Whether everything in it can only be read.
    public var isReadOnly: Bool

    /// A directory of the host. Nothing outside of it can be reached through it.
    public static func directory(
      _ hostPath: String, as guestPath: String, isReadOnly: Bool = false
    ) -> Preopen {
      Preopen(origin: .host(hostPath), guestPath: guestPath, isReadOnly: isReadOnly)
    }

    /// The root of a file system in memory. It can be preopened for any number of guests at the same time.
    public static func inMemory(
      _ fileSystem: InMemoryFileSystem, as guestPath: String, isReadOnly: Bool = false
    ) -> Preopen {
      Preopen(origin: .memory(fileSystem), guestPath: guestPath, isReadOnly: isReadOnly)
    }
  }

  /// What may be done with the network. Sockets can be made by default, but not used for anything.
  public struct Network: Sendable, Hashable {
    /// Whether any address may be bound, connected and sent to (`inherit-network` of `wasmtime run`).
    public var allowsAddresses = false
    /// Whether host names may be looked up (`allow-ip-name-lookup`).
    public var allowsIPNameLookup = false
    /// Whether there are TCP sockets (`tcp`).
    public var allowsTCP = true
    /// Whether there are UDP sockets (`udp`).
    public var allowsUDP = true

    /// Nothing that reaches anybody.
    public init() {}
  }
}

/// Why a configuration cannot be used.
public struct WASIConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What cannot be had, and why.
  public var description: String
}
