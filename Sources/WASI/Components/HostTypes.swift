// Short names for the types in signatures.

import ComponentRuntime

extension HostValueType {
  static let bool = HostValueType.primitive(.bool)
  static let u8 = HostValueType.primitive(.u8)
  static let u16 = HostValueType.primitive(.u16)
  static let u32 = HostValueType.primitive(.u32)
  static let u64 = HostValueType.primitive(.u64)
  static let s32 = HostValueType.primitive(.s32)
  static let s64 = HostValueType.primitive(.s64)
  static let string = HostValueType.primitive(.string)
  static let bytes = HostValueType.list(.u8)

  /// A variant none of whose cases but the last, `other(option<string>)`, has a payload: an `error-code` of WASI 0.3.
  static func codes(_ labels: [String]) -> HostValueType {
    .variant(labels.map { Case($0) } + [Case("other", .option(.string))])
  }
}
