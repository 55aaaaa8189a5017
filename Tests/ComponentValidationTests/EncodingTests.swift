import Testing
import WasmBinary
import WasmSyntax

/// Bytes to syntax to bytes.
struct EncodingTests {
  private func encode(_ component: Component) -> [UInt8] {
    var encoder = ComponentEncoder()
    for definition in component.definitions { encoder.append(definition.kind) }
    return encoder.finish()
  }

  private func roundTrip(_ definitions: [ComponentDefinition.Kind]) throws {
    var encoder = ComponentEncoder()
    for definition in definitions { encoder.append(definition) }
    let bytes = encoder.finish()
    let component = try decodeComponent(Bytes(bytes))
    #expect(component.definitions.count == definitions.count)
    #expect(encode(component) == bytes)
  }

  @Test func values() throws {
    let u8 = ValType.primitive(.u8)
    let types: [DefValType] =
      PrimitiveValType.allCases.map(DefValType.primitive) + [
        .record([LabelledValType("a", u8), LabelledValType("b", .index(300))]),
        .variant([VariantCase("a", nil), VariantCase("b", u8)]), .list(u8),
        .fixedLengthList(u8, 70_000), .tuple([u8, .index(64)]), .flags(["a"]), .enum(["a", "b"]),
        .option(u8), .result(nil, error: nil), .result(u8, error: nil), .result(nil, error: u8),
        .result(u8, error: u8), .own(1), .borrow(2), .stream(nil), .stream(u8), .future(nil),
        .future(u8), .map(key: u8, value: u8),
      ]
    try roundTrip(types.map { .type(.value($0)) })
  }

  @Test func types() throws {
    let name = ExternName("a")
    let full = ExternName(
      "a", implements: "a:b/c", versionSuffix: ".1", externalID: "x")
    let function = SubType(composite: .function(FunctionType(parameters: [.i32], results: [])))
    var open = function
    open.isFinal = false
    let externTypes: [ComponentExternType] = [
      .coreModule(type: 1), .function(type: 2), .value(.equal(3)), .value(.type(.primitive(.bool))),
      .type(.equal(4)), .type(.subResource), .component(type: 5), .instance(type: 6),
    ]
    let declarators: [ComponentDeclarator.Kind] =
      externTypes.map { .export(name, $0) } + [
        .coreType(.recursionGroup([open])), .type(.instance([])),
        .alias(.outer(count: 1, index: 2, sort: .core(.type))),
      ]
    let imports: [ComponentDeclarator.Kind] = externTypes.map {
      .import(ComponentImport(name: full, type: $0))
    }
    try roundTrip([
      .coreType(.recursionGroup([function])), .coreType(.recursionGroup([open])),
      .coreType(.recursionGroup([function, open])),
      .coreType(
        .module([
          .type(.recursionGroup([function])), .outerAlias(count: 1, index: 2),
          .import(Import(module: "a", name: "b", type: .function(type: 0))),
          .export(name: "c", type: .memory(MemoryType(limits: Limits(minimum: 1)))),
        ])),
      .type(
        .function(
          ComponentFunctionType(
            isAsync: true, parameters: [LabelledValType("p", .primitive(.string))], result: nil))),
      .type(
        .function(
          ComponentFunctionType(isAsync: false, parameters: [], result: .primitive(.u8)))),
      .type(.instance(declarators.map { ComponentDeclarator($0, offset: 0) })),
      .type(.component((declarators + imports).map { ComponentDeclarator($0, offset: 0) })),
      .type(.resource(ResourceTypeDefinition(representation: .i64, destructor: 7))),
      .type(.resource(ResourceTypeDefinition(representation: .i32, destructor: nil))),
    ])
  }

  @Test func definitions() throws {
    let sorts: [Sort] =
      [.function, .value, .type, .component, .instance] + CoreSort.allCases.map(Sort.core)
    let items = sorts.map { SortIndex($0, 200) }
    try roundTrip([
      .coreModule(Bytes(Preamble.module)),
      .component(Component(bytes: Bytes(Preamble.component))),
      .coreInstance(.instantiate(module: 1, arguments: [("a", 2)])),
      .coreInstance(.exports(CoreSort.allCases.map { ("é", CoreSortIndex($0, 3)) })),
      .instance(.instantiate(component: 1, arguments: items.map { ("a", $0) })),
      .instance(.exports(items.map { (ExternName("a", externalID: "b"), $0) })),
      .alias(.export(instance: 1, name: "a", sort: .core(.module))),
      .alias(.coreExport(instance: 1, name: "a", sort: .tag)),
      .alias(.outer(count: 1, index: 2, sort: .component)),
      .start(ComponentStart(function: 1, arguments: [2, 3], resultCount: 1)),
      .import(ComponentImport(name: ExternName("a"), type: .function(type: 0))),
      .export(ComponentExport(name: ExternName("a"), item: items[0], type: .function(type: 0))),
      .export(ComponentExport(name: ExternName("a"), item: items[1], type: nil)),
      .value(ValueDefinition(type: .primitive(.u8), bytes: Bytes([1] as [UInt8]))),
    ])
  }

  @Test func canons() throws {
    var immediates = CanonImmediates()
    immediates.type = 1
    immediates.flag = true
    immediates.memory = 2
    immediates.table = 3
    immediates.valueType = .i64
    immediates.slot = 1
    immediates.result = .primitive(.string)
    let options: [CanonOption] = [
      .stringEncoding(.latin1UTF16), .memory(1), .realloc(2), .postReturn(3), .async, .callback(4),
    ]
    immediates.options = options
    try roundTrip(
      [
        .canon(.lift(coreFunction: 1, options: options, type: 2)),
        .canon(.lower(function: 1, options: options)),
      ] + CanonBuiltin.allCases.map { .canon(.builtin($0, immediates)) })
  }

  @Test func offsetsAreThoseOfTheFile() {
    // A nested component whose type section ends early.
    let nested = Preamble.component + [0x07, 0x02, 0x01, 0x70]
    let bytes = Preamble.component + [0x04, UInt8(nested.count)] + nested
    #expect(
      throws: ModuleError(.malformed, "unexpected end-of-file", at: .offset(bytes.count))
    ) { try decodeComponent(Bytes(bytes)) }
  }

  @Test func customSections() throws {
    var encoder = ComponentEncoder()
    encoder.append(.type(.value(.primitive(.u8))))
    encoder.appendCustomSection(name: "hi".utf8, payload: [1, 2])
    encoder.append(.type(.value(.primitive(.u8))))
    let component = try decodeComponent(Bytes(encoder.finish()))
    #expect(component.customSections.map(\.name) == ["hi"])
    #expect(component.customSections.map(\.after) == [7])
    #expect(component.customSections.map { component.bytes.slice($0.payload).array } == [[1, 2]])
  }
}
