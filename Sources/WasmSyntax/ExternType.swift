// Types of what modules import and export.

/// 32- or 64-bit addresses of a memory or table (Types, Address Types).
package enum AddressType: UInt8, Hashable, Sendable {
  case i32, i64
  @inlinable package var valueType: ValueType { self == .i32 ? .i32 : .i64 }
}

/// Types, Limits.
package struct Limits: Hashable, Sendable {
  package var minimum: UInt64
  package var maximum: UInt64?
  package init(minimum: UInt64, maximum: UInt64? = nil) {
    self.minimum = minimum
    self.maximum = maximum
  }
}

/// Types, Memory Types. Limits count pages of 2^`pageSizeLog2` bytes.
package struct MemoryType: Hashable, Sendable {
  package var addressType: AddressType
  package var limits: Limits
  package var isShared: Bool
  package var pageSizeLog2: UInt32
  package static let defaultPageSizeLog2: UInt32 = 16

  package init(
    addressType: AddressType = .i32, limits: Limits, isShared: Bool = false,
    pageSizeLog2: UInt32 = MemoryType.defaultPageSizeLog2
  ) {
    self.addressType = addressType
    self.limits = limits
    self.isShared = isShared
    self.pageSizeLog2 = pageSizeLog2
  }
}

/// Types, Table Types.
package struct TableType: Hashable, Sendable {
  package var addressType: AddressType
  package var limits: Limits
  package var element: ValueType
  package init(addressType: AddressType = .i32, limits: Limits, element: ValueType) {
    self.addressType = addressType
    self.limits = limits
    self.element = element
  }
}

/// Types, Global Types.
package struct GlobalType: Hashable, Sendable {
  package var valueType: ValueType
  package var isMutable: Bool
  package init(valueType: ValueType, isMutable: Bool) {
    self.valueType = valueType
    self.isMutable = isMutable
  }
}

/// Types, External Types. Functions and tags name their type by index into the module's types.
package enum ExternType: Hashable, Sendable {
  case function(type: UInt32)
  case table(TableType)
  case memory(MemoryType)
  case global(GlobalType)
  case tag(type: UInt32)
}

/// The five kinds of entity a module imports and exports; raw values are the binary format's.
package enum ExternKind: UInt8, Hashable, Sendable {
  case function = 0
  case table = 1
  case memory = 2
  case global = 3
  case tag = 4
}

extension ExternType {
  package var kind: ExternKind {
    switch self {
    case .function: .function
    case .table: .table
    case .memory: .memory
    case .global: .global
    case .tag: .tag
    }
  }
}
