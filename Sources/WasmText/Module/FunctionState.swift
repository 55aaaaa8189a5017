// What is known while the instructions of a function body or of a constant expression are read. Open blocks and folded
// instructions are entries of an array, so that nesting takes no native stack.

import WasmBinary
import WasmSyntax

/// A block or folded instruction that has not been closed.
struct InstructionFrame {
  enum Kind: UInt8 {
    /// `block`, `loop`, `try_table` up to `end`.
    case flatBlock
    /// `if` up to `else` or `end`.
    case flatIf
    case flatElse
    /// A folded instruction whose operands are being read.
    case foldedPlain
    /// A folded block up to its parenthesis.
    case foldedBlock
    /// A folded `if` whose condition is being read.
    case foldedCondition
    case foldedThen
    /// Behind `(then ...)`.
    case foldedBehindThen
    case foldedElse
    /// Behind `(else ...)`.
    case foldedBehindElse

    /// Whether instructions may stand in it without parentheses.
    var allowsPlainInstructions: Bool {
      switch self {
      case .flatBlock, .flatIf, .flatElse, .foldedBlock, .foldedThen, .foldedElse: true
      case .foldedPlain, .foldedCondition, .foldedBehindThen, .foldedBehindElse: false
      }
    }
  }
  var kind: Kind
  /// The symbol of the block's label, -1 without.
  var label: Int64 = -1
  var labelName: [UInt8]?
  /// Where the instruction's bytes wait for those of its operands.
  var pendingStart = 0
  var hint: BranchHint?
}

struct FunctionState {
  /// Whether this is a function's body, and not a constant expression.
  private(set) var isBody = false
  var locals = IdentifierSpace(of: "local")
  /// The function's type does not exist, so that nobody knows the indices of its locals.
  var hasUnknownType = false
  var labels = LabelStack()
  var frames: [InstructionFrame] = []
  /// Bytes of folded instructions whose operands come first.
  var pending: [UInt8] = []
  var hints: [BranchHintSection.Hint] = []
  /// Labels are numbered in the order in which their blocks begin.
  private(set) var blocks: UInt32 = 0
  private(set) var labelNames: ModuleNames.Map = []

  mutating func reset(isBody: Bool) {
    self.isBody = isBody
    locals.removeAll()
    hasUnknownType = false
    labels.removeAll()
    frames.removeAll(keepingCapacity: true)
    pending.removeAll(keepingCapacity: true)
    hints.removeAll(keepingCapacity: true)
    blocks = 0
    labelNames.removeAll()
  }

  /// Enters a block whose opcode has been written.
  mutating func enterBlock(_ label: Int64, name: [UInt8]?) {
    labels.push(label)
    if let name { labelNames.append((blocks, name)) }
    blocks &+= 1
  }
}
