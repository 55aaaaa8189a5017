// Calls a component with Swift types: records and variants made by macros, a result that may be a problem, a list.

import Apus
import ApusMacros

@ComponentRecord struct Operands {
  var left: Double
  var right: Double
}

@ComponentVariant enum Operation {
  case add(Operands)
  case subtract(Operands)
  case multiply(Operands)
  case divide(Operands)
  case squareRoot(Double)
}

@ComponentVariant enum Problem: Error {
  case divisionByZero
  case negative(Double)
}

@ComponentRecord struct Summary {
  var count: UInt32
  var mean: Double
  var largest: Double
}

let engine = Engine()
let component = try Component(engine: engine, bytes: PackageResources.calculator_wat)
let store = try Store(engine: engine)
let calculator = try await store.instantiate(component)

// A function's types are compared with the component's once, here; calls need no checks then.
let evaluate = try calculator.function(
  "evaluate", as: ((Operation) -> Result<Double, Problem>).self)
let summarize = try calculator.function("summarize", as: (([Double]) -> Summary?).self)

print("6 * 7 =", try await evaluate(.multiply(Operands(left: 6, right: 7))).get())
print("√2 =", try await evaluate(.squareRoot(2)).get())

// A result's error side is a value that the component has returned, nothing that has stopped it.
for operation in [Operation.divide(Operands(left: 1, right: 0)), .squareRoot(-4)] {
  switch try await evaluate(operation) {
  case .success(let value): print("unexpected:", value)
  case .failure(.divisionByZero): print("nothing can be divided by zero")
  case .failure(.negative(let value)): print("there is no square root of \(value)")
  }
}

if let summary = try await summarize([2, 3, 5, 7, 11]) {
  print("\(summary.count) values, \(summary.mean) on average, at most \(summary.largest)")
}
print("of nothing:", try await summarize([]) as Any)

// What does not fit is found when the function is looked up, and the error has both types.
do {
  _ = try calculator.function("summarize", as: (([Float]) -> Summary?).self)
} catch {
  print(error)
}
do {
  _ = try calculator.function("sumarize", as: (([Double]) -> Summary?).self)
} catch {
  print(error)
}
