// Type Checking of value and function types: they are equal or they are not. The walk only finds words for why not.

import WasmSyntax

extension ComponentSubtyping {
  func check(_ id: FunctionTypeID, against other: FunctionTypeID) throws(SubtypingError) {
    if types[id].structural == types[other].structural { return }
    let type = types[id].type
    let otherType = types[other].type
    if type.isAsync != otherType.isAsync {
      throw .mismatch(
        otherType.isAsync
          ? "expected async function, found sync function"
          : "expected sync function, found async function")
    }
    guard type.parameters.count == otherType.parameters.count else {
      throw .mismatch(
        "expected \(otherType.parameters.count) parameters, found \(type.parameters.count)")
    }
    for (parameter, expected) in zip(type.parameters, otherType.parameters) {
      guard parameter.label == expected.label else {
        throw .mismatch(
          "expected parameter named `\(expected.label)`, found `\(parameter.label)`")
      }
      try within("type mismatch in function parameter `\(expected.label)`") {
        () throws(SubtypingError) in
        try check(parameter.type, against: expected.type)
      }
    }
    switch (type.result, otherType.result) {
    case (let result?, let expected?):
      try within("type mismatch with result type") { () throws(SubtypingError) in
        try check(result, against: expected)
      }
    case (nil, nil): break
    // One wording for both directions: the suite's.
    default: throw .mismatch("expected a result, found none")
    }
  }

  func check(
    _ resource: ResourceReference, against other: ResourceReference
  ) throws(SubtypingError) {
    if resource.resource != other.resource { throw .mismatch("resource types are not the same") }
  }

  func check(_ id: ValueTypeID, against other: ValueTypeID) throws(SubtypingError) {
    if types[id].structural == types[other].structural { return }
    let type = types[id].shape
    let otherType = types[other].shape
    switch (type, otherType) {
    case (.primitive(let type), .primitive(let expected)):
      throw .mismatch("expected primitive `\(expected.name)` found primitive `\(type.name)`")
    case (.record(let fields), .record(let expected)): try check(fields, against: expected)
    case (.variant(let cases), .variant(let expected)): try check(cases, against: expected)
    case (.tuple(let types), .tuple(let expected)): try check(types, against: expected)
    case (.flags, .flags): throw .mismatch("mismatch in flags elements")
    case (.enum, .enum): throw .mismatch("mismatch in enum elements")
    case (.list(let element), .list(let expected)), (.option(let element), .option(let expected)):
      try check(element, against: expected)
    case (.fixedLengthList(let element, let length), .fixedLengthList(let expected, let wanted)):
      guard length == wanted else {
        throw .mismatch("expected fixed-length list of \(wanted) elements, found \(length)")
      }
      try check(element, against: expected)
    case (.map(let key, let value, _), .map(let expectedKey, let expectedValue, _)):
      try within("type mismatch in map key") { () throws(SubtypingError) in
        try check(key, against: expectedKey)
      }
      try within("type mismatch in map value") { () throws(SubtypingError) in
        try check(value, against: expectedValue)
      }
    case (.result(let ok, let error), .result(let expectedOK, let expectedError)):
      try check(ok, against: expectedOK, "ok")
      try check(error, against: expectedError, "err")
    case (.own(let resource), .own(let expected)), (.borrow(let resource), .borrow(let expected)):
      try check(resource, against: expected)
    case (.stream(let element), .stream(let expected)),
      (.future(let element), .future(let expected)):
      try check(element, against: expected, "payload")
    default: throw .mismatch("expected \(otherType.word), found \(type.word)")
    }
  }

  private func check(
    _ fields: [ResolvedField], against expected: [ResolvedField]
  ) throws(SubtypingError) {
    guard fields.count == expected.count else {
      throw .mismatch("expected \(expected.count) fields, found \(fields.count)")
    }
    for (field, wanted) in zip(fields, expected) {
      guard field.label == wanted.label else {
        throw .mismatch("expected field name `\(wanted.label)`, found `\(field.label)`")
      }
      try within("type mismatch in record field `\(wanted.label)`") { () throws(SubtypingError) in
        try check(field.type, against: wanted.type)
      }
    }
  }

  private func check(
    _ cases: [ResolvedCase], against expected: [ResolvedCase]
  ) throws(SubtypingError) {
    guard cases.count == expected.count else {
      throw .mismatch("expected \(expected.count) cases, found \(cases.count)")
    }
    for (item, wanted) in zip(cases, expected) {
      guard item.label == wanted.label else {
        throw .mismatch("expected case named `\(wanted.label)`, found `\(item.label)`")
      }
      switch (item.type, wanted.type) {
      case (let type?, let wantedType?):
        try within("type mismatch in variant case `\(wanted.label)`") {
          () throws(SubtypingError) in
          try check(type, against: wantedType)
        }
      case (nil, nil): break
      case (nil, _?):
        throw .mismatch("expected case `\(wanted.label)` to have a type, found none")
      case (_?, nil): throw .mismatch("expected case `\(wanted.label)` to have no type")
      }
    }
  }

  private func check(
    _ types: [ValueTypeID], against expected: [ValueTypeID]
  ) throws(SubtypingError) {
    guard types.count == expected.count else {
      throw .mismatch("expected \(expected.count) types, found \(types.count)")
    }
    for (position, (type, wanted)) in zip(types, expected).enumerated() {
      try within("type mismatch in tuple field \(position)") { () throws(SubtypingError) in
        try check(type, against: wanted)
      }
    }
  }

  private func check(
    _ type: ValueTypeID?, against expected: ValueTypeID?, _ part: String
  ) throws(SubtypingError) {
    switch (type, expected) {
    case (let type?, let expected?):
      try within("type mismatch in \(part) variant") { () throws(SubtypingError) in
        try check(type, against: expected)
      }
    case (nil, nil): break
    case (nil, _?): throw .mismatch("expected \(part) type, but found none")
    case (_?, nil): throw .mismatch("expected \(part) type to not be present")
    }
  }
}
