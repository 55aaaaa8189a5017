// How large a module may be before it is refused. Documented configuration values, all of them reachable from input.

/// Limits on what is decoded and validated. The defaults are generous multiples of what real modules need.
package struct ImplementationLimits: Sendable {
  /// Bytes of a module.
  package var moduleBytes = 1 << 30
  package var types = 1_000_000
  package var functions = 1_000_000
  package var imports = 1_000_000
  package var exports = 1_000_000
  package var globals = 1_000_000
  package var dataSegments = 1_000_000
  package var elementSegments = 1_000_000
  package var tables = 100_000
  package var memories = 100_000
  package var tags = 1_000_000
  /// Bytes of one function body.
  package var functionBytes = 128 << 20
  /// Translated instructions of one function, 24 bytes each. At most 2^24, because displacements have 32 bits. Trap when
  /// the function is called: `function too large`.
  package var functionInstructions = 1 << 24
  package var locals = 50_000
  package var parameters = 1_000
  package var results = 1_000
  package var structFields = 10_000
  package var recursionGroupTypes = 1_000_000
  package var subtypingDepth = 63
  /// Elements of one `br_table`, entries of one element segment.
  package var brTableTargets = 1_000_000
  package var elementSegmentEntries = 10_000_000
  package var stringBytes = 1_000_000
  /// Blocks open at once in a function body.
  package var blockNesting = 1_000_000
  /// Operands on a function's stack at once.
  package var operands = 1_000_000
  /// Parentheses open at once in text.
  package var textNesting = 1_000_000
  /// Components within components, and types within types: value types of value types, instance types within component
  /// types and so on. Small enough for the code that reads types to recurse.
  package var componentNesting = 100
  /// Nodes of one component-level type, each occurrence of a type it refers to counted anew.
  package var componentTypeSize = 1_000_000
  /// Nodes of all component-level types of a file together, those included that instantiation makes.
  package var componentTypeNodes = 2_000_000
  /// Imports and exports that instantiation and type checks of a file look at together.
  package var componentTypeSteps = 30_000_000

  package init() {}
}
