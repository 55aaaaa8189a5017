// The words of the text format and of scripts that are not instructions; those are in the instruction table.

/// A keyword (Text Format, Lexical Format, Tokens).
enum Keyword: UInt8, CaseIterable {
  case module
  case type
  case `func`
  case `import`
  case export
  case table
  case memory
  case global
  case tag
  case elem
  case data
  case start
  case rec
  case sub
  case final
  case `struct`
  case array
  case field
  case mut
  case param
  case result
  case local
  case ref
  case null
  case i8
  case i16
  case i32
  case i64
  case f32
  case f64
  case v128
  case i8x16
  case i16x8
  case i32x4
  case i64x2
  case f32x4
  case f64x2
  case any
  case anyref
  case none
  case nullref
  case eq
  case eqref
  case i31
  case i31ref
  case structref
  case arrayref
  case funcref
  case nofunc
  case nullfuncref
  case exn
  case exnref
  case noexn
  case nullexnref
  case `extern`
  case externref
  case noextern
  case nullexternref
  case offset
  case item
  case declare
  case then
  case `catch`
  case catchRef
  case catchAll
  case catchAllRef
  case shared
  case pagesize
  case binary
  case quote
  case definition
  case instance
  case component
  case register
  case invoke
  case get
  case thread
  case wait
  case assertReturn
  case assertTrap
  case assertExhaustion
  case assertException
  case assertSuspension
  case assertMalformed
  case assertInvalid
  case assertMalformedCustom
  case assertInvalidCustom
  case assertUnlinkable
  case either
  case nanCanonical
  case nanArithmetic
  case refAny
  case refExtern
  case refHost
  case refStruct
  case refArray
  case refExn
  case before
  case after
  case first
  case last
  case code
  case datacount

  /// As it is written.
  var spelling: StaticString {
    switch self {
    case .module: "module"
    case .type: "type"
    case .func: "func"
    case .import: "import"
    case .export: "export"
    case .table: "table"
    case .memory: "memory"
    case .global: "global"
    case .tag: "tag"
    case .elem: "elem"
    case .data: "data"
    case .start: "start"
    case .rec: "rec"
    case .sub: "sub"
    case .final: "final"
    case .struct: "struct"
    case .array: "array"
    case .field: "field"
    case .mut: "mut"
    case .param: "param"
    case .result: "result"
    case .local: "local"
    case .ref: "ref"
    case .null: "null"
    case .i8: "i8"
    case .i16: "i16"
    case .i32: "i32"
    case .i64: "i64"
    case .f32: "f32"
    case .f64: "f64"
    case .v128: "v128"
    case .i8x16: "i8x16"
    case .i16x8: "i16x8"
    case .i32x4: "i32x4"
    case .i64x2: "i64x2"
    case .f32x4: "f32x4"
    case .f64x2: "f64x2"
    case .any: "any"
    case .anyref: "anyref"
    case .none: "none"
    case .nullref: "nullref"
    case .eq: "eq"
    case .eqref: "eqref"
    case .i31: "i31"
    case .i31ref: "i31ref"
    case .structref: "structref"
    case .arrayref: "arrayref"
    case .funcref: "funcref"
    case .nofunc: "nofunc"
    case .nullfuncref: "nullfuncref"
    case .exn: "exn"
    case .exnref: "exnref"
    case .noexn: "noexn"
    case .nullexnref: "nullexnref"
    case .extern: "extern"
    case .externref: "externref"
    case .noextern: "noextern"
    case .nullexternref: "nullexternref"
    case .offset: "offset"
    case .item: "item"
    case .declare: "declare"
    case .then: "then"
    case .catch: "catch"
    case .catchRef: "catch_ref"
    case .catchAll: "catch_all"
    case .catchAllRef: "catch_all_ref"
    case .shared: "shared"
    case .pagesize: "pagesize"
    case .binary: "binary"
    case .quote: "quote"
    case .definition: "definition"
    case .instance: "instance"
    case .component: "component"
    case .register: "register"
    case .invoke: "invoke"
    case .get: "get"
    case .thread: "thread"
    case .wait: "wait"
    case .assertReturn: "assert_return"
    case .assertTrap: "assert_trap"
    case .assertExhaustion: "assert_exhaustion"
    case .assertException: "assert_exception"
    case .assertSuspension: "assert_suspension"
    case .assertMalformed: "assert_malformed"
    case .assertInvalid: "assert_invalid"
    case .assertMalformedCustom: "assert_malformed_custom"
    case .assertInvalidCustom: "assert_invalid_custom"
    case .assertUnlinkable: "assert_unlinkable"
    case .either: "either"
    case .nanCanonical: "nan:canonical"
    case .nanArithmetic: "nan:arithmetic"
    case .refAny: "ref.any"
    case .refExtern: "ref.extern"
    case .refHost: "ref.host"
    case .refStruct: "ref.struct"
    case .refArray: "ref.array"
    case .refExn: "ref.exn"
    case .before: "before"
    case .after: "after"
    case .first: "first"
    case .last: "last"
    case .code: "code"
    case .datacount: "datacount"
    }
  }
}
