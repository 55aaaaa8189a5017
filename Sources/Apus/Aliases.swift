// Names that the rooms below have too.

import ComponentRuntime
import WasmExecution

/// Swift's tasks, not those of components.
typealias SwiftTask = _Concurrency.Task
/// Values as the runtime has them.
typealias RuntimeValue = ComponentRuntime.ComponentValue
/// A call of a component, not of a core module.
package typealias ComponentHostCall = ComponentRuntime.HostCall
