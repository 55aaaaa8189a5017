import Testing
import WasmSyntax
import WasmValidation

/// Every gated feature: valid with it, refused without in words that name the switch.
struct FeatureTests {
  private static let memory = """
    (core module $m (memory (export "m") i64 1)
      (func (export "realloc") (param i64 i64 i64 i64) (result i64) unreachable))
    (core instance $i (instantiate $m))
    (alias core export $i "m" (core memory $mem))
    """
  private static let run = """
    (core module $m (func (export "f")))
    (core instance $i (instantiate $m))
    """

  private static let gated: [(Feature, String)] = [
    (.componentAsync, "(type (func async))"),
    (.componentAsync, "(type (stream u8))"),
    (.componentAsync, "(type (future))"),
    (.componentAsync, "(core func (canon task.cancel))"),
    (.componentAsync, "(core func (canon context.get i32 0))"),
    (.componentAsync, "(core func (canon thread.yield))"),
    (.componentMap, "(type (map u8 u8))"),
    (.componentValues, "(import \"v\" (value $v u8)) (export \"v\" (value $v))"),
    (.componentValues, "(value $v u8 1) (export \"v\" (value $v))"),
    (.componentValues, "(import \"f\" (func $f)) (start $f)"),
    (.componentFixedLengthLists, "(type (list u8 4))"),
    (.componentErrorContext, "(type error-context)"),
    (.componentErrorContext, "(core func (canon error-context.drop))"),
    (.componentMemory64, "(type (resource (rep i64)))"),
    (
      .componentMemory64,
      memory + "(import \"f\" (func $f)) (core func (canon lower (func $f) (memory $mem)))"
    ),
    (
      .componentAsyncStackful,
      run + "(type $t (func async)) (func (type $t) (canon lift (core func $i \"f\") async))"
    ),
    (.componentMoreAsyncBuiltins, "(core func (canon subtask.cancel async))"),
    (
      .componentMoreAsyncBuiltins,
      "(type $s (stream u8)) (core func (canon stream.cancel-read $s async))"
    ),
    (.componentMoreAsyncBuiltins, "(type $s (stream)) (core func (canon stream.read $s))"),
    (.componentThreading, "(core func (canon thread.index))"),
    (.componentThreading, "(core func (canon thread.suspend))"),
  ]

  @Test(arguments: gated.indices) func gate(_ index: Int) {
    let (feature, fields) = Self.gated[index]
    expectValid(fields)
    guard let error = refusal(fields, features: .all(but: feature)) else {
      Issue.record("accepted without \(feature.name): \(fields)")
      return
    }
    #expect(error.kind == .featureDisabled(feature))
    #expect(error.message.contains("-W \(feature.name)=y"), "\(error)")
  }

  @Test func contextOfPointers() {
    let fields = "(core func (canon context.get i64 0))"
    expectValid(fields)
    expectInvalid(
      fields, "-W component-model-memory64=y", features: .all(but: .componentMemory64))
  }

  @Test func standardFeatures() {
    expectValid("(type (stream u8)) (type (map u8 u8))", features: .standard)
    expectInvalid("(type (list u8 4))", "component-model-fixed-length-lists", features: .standard)
  }

  /// In a store without concurrency what is asynchronous is invalid, whatever the features.
  @Test func withoutConcurrency() {
    for (feature, fields) in Self.gated {
      let error = refusal(fields, concurrency: false)
      switch feature {
      case .componentAsync, .componentAsyncStackful, .componentMoreAsyncBuiltins,
        .componentThreading:
        #expect(error?.kind == .invalid, "\(fields)")
        #expect(error?.message.contains("concurrency-support") == true, "\(fields)")
      default: #expect(error == nil, "\(fields)")
      }
    }
  }

  @Test func sharedEverythingThreads() {
    let type = "(core type $t (func (param i32)))"
    expectInvalid(
      type + "(core func (canon thread.spawn-ref $t))", "`thread.spawn-ref` is not supported")
    expectInvalid(
      "(core func (canon thread.available-parallelism))",
      "`thread.available-parallelism` is not supported")
    expectInvalid(
      type
        + """
        (core module $m (table (export "t") 1 funcref)) (core instance $i (instantiate $m))
        (core func (canon thread.spawn-indirect $t (core table $i "t")))
        """, "`thread.spawn-indirect` is not supported")
  }
}
