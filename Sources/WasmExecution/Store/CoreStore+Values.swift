// Between values and the 64-bit slots of frames and globals; questions about references.

import CWasmExecution
import WasmSyntax

extension CoreStore {
  // MARK: Slots

  /// Reads the value of a type from its slots.
  package func value(_ type: ValueType, at slots: UnsafePointer<UInt64>) -> Value {
    switch type.kind {
    case .i32, .bottom: .i32(UInt32(truncatingIfNeeded: slots[0]))
    case .i64: .i64(slots[0])
    case .f32: .f32(bits: UInt32(truncatingIfNeeded: slots[0]))
    case .f64: .f64(bits: slots[0])
    case .v128: .v128(V128(low: slots[0], high: slots[1]))
    case .reference: .ref(rooted(slots[0]))
    }
  }

  package func values(_ types: [ValueType], at slots: UnsafePointer<UInt64>) -> [Value] {
    var next = slots
    return types.map { type in
      defer { next += type.slots }
      return value(type, at: next)
    }
  }

  /// Writes a value to its slots and returns where the next one goes.
  @discardableResult
  package func write(
    _ value: Value, to slots: UnsafeMutablePointer<UInt64>
  ) -> UnsafeMutablePointer<UInt64> {
    switch value {
    case .i32(let bits), .f32(let bits): slots[0] = UInt64(bits)
    case .i64(let bits), .f64(let bits): slots[0] = bits
    case .v128(let vector):
      slots[0] = vector.low
      slots[1] = vector.high
      return slots + 2
    case .ref(let reference): slots[0] = reference.word
    }
    return slots + 1
  }

  /// Whether a value is of a type in canonical ids, and belongs to this store if it is a reference.
  package func accepts(_ value: Value, as type: ValueType) -> Bool {
    switch value {
    case .i32: type == .i32
    case .i64: type == .i64
    case .f32: type == .f32
    case .f64: type == .f64
    case .v128: type == .v128
    case .ref(let reference): type.isReference && accepts(reference, as: type)
    }
  }

  func accepts(_ values: [Value], as types: [ValueType]) -> Bool {
    values.count == types.count && zip(values, types).allSatisfy { accepts($0, as: $1) }
  }

  /// Returns the function's type if the arguments fit it.
  @discardableResult
  func check(
    _ arguments: [Value], of function: CoreFunction
  ) throws(InvocationError) -> FunctionType {
    guard function.store === self else {
      throw .mismatch("the function belongs to another store")
    }
    let type = functionType(of: UnsafePointer(function.record))
    guard accepts(arguments, as: type.parameters) else {
      throw .mismatch("the arguments do not fit the function's type")
    }
    return type
  }

  // MARK: References

  /// A reference for Swift to hold.
  func rooted(_ word: UInt64) -> Reference {
    if word == 0 || word & 1 != 0 { return Reference(word: word, root: nil) }
    if function(word) != nil { return Reference(word: word, root: functionRoot) }
    return Reference(word: word, root: roots.add(word))
  }

  /// The function that a reference word of this store points at.
  func function(_ word: UInt64) -> UnsafeMutablePointer<WasmFunction>? {
    guard word != 0, word & 1 == 0,
      let record = UnsafeMutablePointer<WasmFunction>(bitPattern: UInt(word)),
      record.pointee.type.pointee.kind == UInt8(WASM_TYPE_FUNC)
    else { return nil }
    return record
  }

  /// The object that a reference word of this store points at.
  func object(_ word: UInt64) -> GCObject? {
    guard word != 0, word & 1 == 0, function(word) == nil else { return nil }
    return GCObject(word: word)
  }

  /// Whether the store may look at what the reference points at.
  private func owns(_ reference: Reference) -> Bool {
    reference.word == 0 || reference.word & 1 != 0 || reference.root?.table === roots
  }

  private func accepts(_ reference: Reference, as type: ValueType) -> Bool {
    guard owns(reference) else { return false }
    if reference.isNull { return type.isNullable }
    // An external reference may have been any other one, but never a function or an exception.
    if type.heapType == .extern {
      return function(reference.word) == nil && object(reference.word)?.kind != .exception
    }
    if reference.word & 1 != 0 { return engine.types.matches(.i31, type.heapType) }
    if let record = function(reference.word) {
      return engine.types.matches(HeapType(index: record.pointee.type.pointee.id), type.heapType)
    }
    guard let object = object(reference.word) else { return false }
    switch object.kind {
    case .structure, .array:
      return engine.types.matches(HeapType(index: object.type.pointee.id), type.heapType)
    case .exception: return engine.types.matches(.exn, type.heapType)
    case .host: return type.heapType == .any
    }
  }

  /// What a reference points at; one of another store counts as null.
  package func kind(of reference: Reference) -> ReferenceKind {
    guard owns(reference) else { return .null }
    let word = reference.word
    if word == 0 { return .null }
    if word & 1 != 0 { return .i31(UInt32(truncatingIfNeeded: word >> 1) & 0x7FFF_FFFF) }
    if let record = function(word) { return .function(CoreFunction(store: self, record: record)) }
    guard let object = object(word) else { return .null }
    switch object.kind {
    case .structure: return .structure
    case .array: return .array(length: Int(object.length))
    case .exception: return .exception
    case .host: return .host(heap.hostPayload(of: object))
    }
  }

  /// A function's type in canonical ids.
  func functionType(of record: UnsafePointer<WasmFunction>) -> FunctionType {
    if let code = record.pointee.code, let module = code.module {
      return module.functionType(code.pointee.index) ?? FunctionType(parameters: [], results: [])
    }
    if case .function(let type) = engine.types.definition(record.pointee.type.pointee.id)?.composite
    {
      return type
    }
    return FunctionType(parameters: [], results: [])
  }

  /// Whether all references of the type are to functions.
  func isFunctionType(_ type: ValueType) -> Bool {
    engine.types.matches(type.heapType, .func)
  }
}

extension UnsafePointer<WasmFunctionCode> {
  /// The module that the function belongs to. Kept alive by the instances that call it.
  var module: CoreModule? {
    pointee.module.map { Unmanaged<CoreModule>.fromOpaque($0).takeUnretainedValue() }
  }
}
