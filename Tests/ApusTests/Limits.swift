// What tests of limits share: the trap that a limit is, and that nobody else is touched by it.

import Testing

@testable import Apus

/// Calls something that must end with this trap; nil if it does not.
@discardableResult
func expectTrap(
  _ reason: Trap.Reason, _ body: () async throws -> Void,
  sourceLocation: SourceLocation = #_sourceLocation
) async -> Trap? {
  do {
    try await body()
    Issue.record("no trap", sourceLocation: sourceLocation)
  } catch CallError.trap(let trap), InstantiationError.call(.trap(let trap)) {
    #expect(trap.reason == reason, "\(trap)", sourceLocation: sourceLocation)
    return trap
  } catch {
    Issue.record("\(error)", sourceLocation: sourceLocation)
  }
  return nil
}

/// Limits with some of them changed.
func limits(_ change: (inout Store.Limits) -> Void) -> Store.Limits {
  var limits = Store.Limits()
  change(&limits)
  return limits
}

/// A component that answers 7 when it is asked, to see that it still does.
let bystander = """
  (component
    (core module $m (func (export "answer") (result i32) (i32.const 7)))
    (core instance $i (instantiate $m))
    (func (export "answer") (result u32) (canon lift (core func $i "answer"))))
  """

/// A component with a limit to hit, next to one that must go on working, and another store that must as well.
struct Bystanders {
  let limited: Fixture
  private let neighbour: Instance
  private let elsewhere: Fixture

  init(_ text: String, _ linker: Linker = Linker(), limits: Store.Limits) async throws {
    let component = try Component(engine: engine, text: bystander)
    elsewhere = try await Fixture(bystander)
    limited = try await Fixture(text, linker, limits: limits)
    neighbour = try await limited.store.instantiate(component)
  }

  func call(
    _ name: String, _ arguments: ComponentValue..., timeout: Duration? = nil, fuel: UInt64? = nil
  ) async throws -> ComponentValue? {
    try await limited.store.call(
      limited.instance.function(name), arguments, timeout: timeout, fuel: fuel)
  }

  /// Another root of the same store, and another store of the same engine, are as they were.
  func expectUntouched(sourceLocation: SourceLocation = #_sourceLocation) async throws {
    let here = try await neighbour.function("answer").call()
    #expect(here == .u32(7), sourceLocation: sourceLocation)
    #expect(try await elsewhere.call("answer") == .u32(7), sourceLocation: sourceLocation)
  }

  /// The component that has hit the limit cannot be entered any more.
  func expectPoisoned(
    _ name: String, by reason: Trap.Reason, sourceLocation: SourceLocation = #_sourceLocation
  ) async throws {
    let function = try limited.instance.function(name)
    do {
      _ = try await limited.store.call(function)
      Issue.record("it can be entered", sourceLocation: sourceLocation)
    } catch CallError.cannotEnter(poisonedBy: let trap) {
      #expect(trap?.reason == reason, sourceLocation: sourceLocation)
    } catch {
      Issue.record("\(error)", sourceLocation: sourceLocation)
    }
  }
}
