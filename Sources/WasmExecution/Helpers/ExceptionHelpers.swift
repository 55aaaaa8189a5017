// throw and throw_ref (Execution, Control Instructions).

import CWasmExecution
import WasmSyntax

enum ExceptionHelpers {
  static let all: [HelperTable.Entry] = [
    (
      UInt32(WASM_HELPER_THROW),
      { context, slots, tag, _ in guarded(context, slots) { throwTag($0, $1, tag) } }
    ),
    (
      UInt32(WASM_HELPER_THROW_REF),
      { context, slots, _, _ in
        guarded(context, slots) {
          $1[0] == 0
            ? $0.trap(.nullExceptionReference) : Unwinder.unwind($0, $1[0])
        }
      }
    ),
  ]

  /// An exception's type is its tag's identity; the tag's values follow the object's header.
  private static func throwTag(
    _ context: GuestContext, _ slots: Slots, _ index: UInt32
  ) -> Int32 {
    guard let identity = context.pointee.instance.pointee.tags[Int(index)] else {
      return context.bug("unknown tag \(index)")
    }
    let type = UnsafePointer(identity.assumingMemoryBound(to: WasmTypeInfo.self))
    guard let object = context.withStore({ $0.heap.allocate(type, store: $0) }) else {
      return context.trap(.gcHeapExhausted)
    }
    object.payload.update(from: slots, count: Int(type.pointee.parameter_slots))
    return Unwinder.unwind(context, object.word)
  }
}
