// Why a guest was stopped: the one table of trap messages. Raw values are those of WASM_TRAP_* in the C header, whose
// handlers raise most of them.

import CWasmExecution

/// Reasons for a trap (Execution, Runtime Structure, Results).
package enum TrapReason: UInt32, CaseIterable, Sendable {
  case unreachable = 1
  case memoryOutOfBounds = 2
  case tableOutOfBounds = 3
  case indirectCallToNull = 4
  case indirectCallTypeMismatch = 5
  case undefinedElement = 6
  case integerOverflow = 7
  case integerDivideByZero = 8
  case invalidConversion = 9
  case callStackExhausted = 10
  case nullReference = 11
  case nullFunctionReference = 12
  case nullStructureReference = 13
  case nullArrayReference = 14
  case nullI31Reference = 15
  case nullExceptionReference = 16
  case arrayOutOfBounds = 17
  case castFailure = 18
  case unalignedAtomic = 19
  case expectedSharedMemory = 20
  case fuelExhausted = 21
  case deadline = 22
  /// One of our own invariants does not hold; the store is poisoned.
  case bug = 23
  case gcHeapExhausted = 24
  /// A host function failed with an error of its own.
  case hostError = 25
  /// A function is beyond what the translator can lay out.
  case functionTooLarge = 26
  /// A trap of the Component Model; the words are the trap's detail.
  case component = 27

  /// Whether a resource was used up: what `assert_exhaustion` is about.
  package var isExhaustion: Bool {
    switch self {
    case .callStackExhausted, .fuelExhausted, .gcHeapExhausted: true
    default: false
    }
  }

  /// The reference suite's words where it has some.
  package var message: String {
    switch self {
    case .unreachable: "wasm `unreachable` instruction executed"
    case .memoryOutOfBounds: "out of bounds memory access"
    case .tableOutOfBounds: "out of bounds table access"
    case .indirectCallToNull: "uninitialized element"
    case .indirectCallTypeMismatch: "indirect call type mismatch"
    case .undefinedElement: "undefined element"
    case .integerOverflow: "integer overflow"
    case .integerDivideByZero: "integer divide by zero"
    case .invalidConversion: "invalid conversion to integer"
    case .callStackExhausted: "call stack exhausted"
    case .nullReference: "null reference"
    case .nullFunctionReference: "null function reference"
    case .nullStructureReference: "null structure reference"
    case .nullArrayReference: "null array reference"
    case .nullI31Reference: "null i31 reference"
    case .nullExceptionReference: "null exception reference"
    case .arrayOutOfBounds: "out of bounds array access"
    case .castFailure: "cast failure"
    case .unalignedAtomic: "unaligned atomic"
    case .expectedSharedMemory: "expected shared memory"
    case .fuelExhausted: "all fuel consumed"
    case .deadline: "interrupt"
    case .bug: "internal error"
    case .gcHeapExhausted: "gc heap exhausted"
    case .hostError: "host error"
    case .functionTooLarge: "function too large"
    case .component: "component"
    }
  }
}
