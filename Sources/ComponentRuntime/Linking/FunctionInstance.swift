// Functions of components as they exist in a store: what `canon lift` makes and what the host supplies (definitions.py,
// `FuncInst`), and the core functions that `canon lower` and the built-ins make of them. All are records that live as long
// as their store; hot paths follow their pointers and nothing else.

import CWasmExecution
import WasmExecution
import WasmSyntax
import WasmValidation

package typealias FunctionRef = UnsafeMutablePointer<FunctionInstance>
package typealias LoweredRef = UnsafeMutablePointer<LoweredFunction>
package typealias BuiltinRef = UnsafeMutablePointer<BuiltinFunction>

/// `FuncInst`: a function that components and the host can call.
package struct FunctionInstance: BitwiseCopyable {
  /// `ft.async_`
  package let isAsync: Bool
  package let parameters: PlanRef
  package let result: PlanRef
  /// `ft.result`, for `task.return`.
  package let resultType: RuntimeTypeID
  /// Whether arguments can be lent.
  package let takesBorrows: Bool
  package let implementation: Implementation
  /// Types and names, for what is not hot; unretained.
  package let description: Unmanaged<FunctionDescription>

  package enum Implementation: BitwiseCopyable {
    case lifted(LiftedRef)
    case host(Unmanaged<HostFunction>)
  }

  package var lifted: LiftedRef? {
    if case .lifted(let lifted) = implementation { lifted } else { nil }
  }
}

package typealias LiftedRef = UnsafeMutablePointer<LiftedFunction>

/// What `canon lift` closes over.
package struct LiftedFunction: BitwiseCopyable {
  // The context comes first: see `cx` below.
  /// The callee's side of every conversion: its scope is set before each use.
  package var cx: LiftLowerContext
  package let inst: InstanceRef
  package let callee: FunctionPointer
  package let postReturn: FunctionPointer?
  package let callback: FunctionPointer?
  /// Kept with the record, because contexts point at it.
  package let options: OptionsRef
  /// Bytes of the callee's arguments or results, whichever are more.
  package let argumentBytes: Int

  /// `not opts.async_ or opts.callback`
  package var hasExclusiveOptions: Bool { !options.pointee.isAsync || callback != nil }
}

/// What `canon lower` closes over: a core function.
package struct LoweredFunction: BitwiseCopyable {
  // The context comes first: see `cx` below.
  /// The caller's side of every conversion.
  package var cx: LiftLowerContext
  package let scheduler: SchedulerRef
  package let inst: InstanceRef
  package let function: FunctionRef
  /// The callee; nil if it is the host's.
  let lifted: LiftedRef?
  package let options: OptionsRef
  /// The nearest instance that caller and callee have in common: entering stops below it.
  package let commonAncestor: InstanceRef?
  /// Whether the callee is the caller, or above or below it: such calls always trap.
  package let isRelated: Bool
  /// Bytes of the core function's arguments or results, whichever are more.
  package let argumentBytes: Int
  package let argumentCount: Int
  package let maxFlatParams: Int
  package let maxFlatResults: Int
  /// How many slots are copied as they are, if that is all there is to do for the arguments of a callee whose type is not
  /// `async`; -1 if there is more. The same for the results.
  let directParameters: Int
  let directResults: Int
  /// Whether the last argument says where the results go.
  package let hasOutParam: Bool
  /// Two instructions: one calls the callee on top of the caller's frame, the other goes on after it.
  package let instructions: UnsafePointer<WasmIns>

  package var isAsync: Bool { options.pointee.isAsync }
}

/// A canonical built-in of one instance: a core function.
package struct BuiltinFunction: BitwiseCopyable {
  // The context comes first: see `cx` below.
  package var cx: LiftLowerContext
  package let scheduler: SchedulerRef
  package let inst: InstanceRef
  package let options: OptionsRef
  /// Bytes of the core function's arguments or results, whichever are more.
  package let argumentBytes: Int
  /// `async` or `cancellable`.
  package let flag: Bool
  package let slot: UInt32
  package let is64: Bool
  /// The resource type of `resource.*`.
  package let rt: ResourceTypeRef?
  /// `resource.drop`: the call of the destructor, nil if there is none.
  package let destructor: LoweredRef?
  /// The element type of `stream.*` and `future.*`, the result's of `task.return`.
  package let type: RuntimeTypeID
  package let elements: PlanRef?
  package let isNoneOrNumberType: Bool
  /// `thread.new-indirect`
  package let table: UnsafeMutablePointer<WasmTable>?
  package let threadType: UnsafePointer<WasmTypeInfo>?
}

/// The context that a record begins with.
extension LiftedRef {
  @inline(__always) package var cx: ContextRef {
    UnsafeRawPointer(self).assumingMemoryBound(to: LiftLowerContext.self)
  }
}
extension LoweredRef {
  @inline(__always) package var cx: ContextRef {
    UnsafeRawPointer(self).assumingMemoryBound(to: LiftLowerContext.self)
  }
}
extension BuiltinRef {
  @inline(__always) package var cx: ContextRef {
    UnsafeRawPointer(self).assumingMemoryBound(to: LiftLowerContext.self)
  }
}

/// What is not needed during a call: keeps the plans alive, and says in words what the function is.
package final class FunctionDescription {
  package let plan: FunctionPlan
  /// The file whose types the plan speaks of.
  let file: FunctionPlans
  /// Resource types as that file's component knows them.
  let resources: [ResourceID: ResourceTypeRef]
  package let parameters: BoundPlan
  package let result: BoundPlan

  package var types: ComponentTypes { file.types }
  package var type: ResolvedFunctionType { file.types[plan.type].type }

  init(
    plan: FunctionPlan, file: FunctionPlans, resources: [ResourceID: ResourceTypeRef],
    parameters: BoundPlan, result: BoundPlan
  ) {
    self.plan = plan
    self.file = file
    self.resources = resources
    self.parameters = parameters
    self.result = result
  }
}
