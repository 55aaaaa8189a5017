// Each feature has something that is refused without it, by its name, and accepted with it.

import Testing
import WasmSyntax

@Suite struct FeatureTests {
  static let examples: [(Feature, String)] = [
    (.mutableGlobals, #"(module (global (export "g") (mut i32) (i32.const 0)))"#),
    (.signExtension, "(module (func (drop (i32.extend8_s (i32.const 0)))))"),
    (.saturatingFloatToInt, "(module (func (drop (i32.trunc_sat_f32_s (f32.const 0)))))"),
    (.multiValue, "(module (type (func (result i32 i32))))"),
    (.multiValue, "(module (type (func (param i32))) (func (i32.const 0) (block (type 0) drop)))"),
    (.bulkMemory, #"(module (memory 1) (data "x"))"#),
    (
      .bulkMemory,
      "(module (memory 1) (func (memory.fill (i32.const 0) (i32.const 0) (i32.const 0))))"
    ),
    (.referenceTypes, "(module (func (param externref)))"),
    (.referenceTypes, "(module (table 0 funcref) (table 0 funcref))"),
    (.functionReferences, "(module (func (param (ref func))))"),
    (
      .functionReferences,
      "(module (type $t (func)) (func (param (ref null $t)) (call_ref $t (local.get 0))))"
    ),
    (.garbageCollection, "(module (type (struct)))"),
    (.garbageCollection, "(module (func (param i31ref)))"),
    (.garbageCollection, "(module (rec (type (func)) (type (func))))"),
    (.exceptions, "(module (tag))"),
    (.exceptions, "(module (func (try_table)))"),
    (.tailCalls, "(module (func $f (return_call $f)))"),
    (.extendedConstants, "(module (global i32 (i32.add (i32.const 1) (i32.const 2))))"),
    (.multiMemory, "(module (memory 0) (memory 0))"),
    (.memory64, "(module (memory i64 0))"),
    (.memory64, "(module (table i64 0 funcref))"),
    (.simd, "(module (func (param v128)))"),
    (.simd, "(module (func (drop (v128.const i64x2 0 0))))"),
    (
      .relaxedSIMD,
      "(module (func (param v128) (drop (i8x16.relaxed_swizzle (local.get 0) (local.get 0)))))"
    ),
    (.threads, "(module (memory 0 1 shared))"),
    (.threads, "(module (func (atomic.fence)))"),
    (
      .wideArithmetic,
      "(module (func (i64.const 0) (i64.const 0) (i64.mul_wide_s) (drop) (drop)))"
    ),
    (.customPageSizes, "(module (memory 0 (pagesize 1)))"),
  ]

  @Test(arguments: examples) func gate(_ feature: Feature, _ text: String) throws {
    var features = FeatureSet.all
    features.set(feature, to: false)
    let error = try rejection(text, features: features)
    #expect(error.kind == .featureDisabled(feature))
    #expect(error.message.contains("\(feature.name)"))
    _ = try validate(text)
  }

  @Test func everyCoreFeatureHasAnExample() {
    let core = Feature.allCases.filter { $0.rawValue < Feature.componentModel.rawValue }
    #expect(Set(Self.examples.map(\.0)) == Set(core))
  }

  /// WebAssembly 1.0 needs none.
  @Test func minimum() throws {
    _ = try validate(
      """
      (module
        (type $t (func (param i32) (result i32)))
        (import "m" "g" (global i32))
        (table 2 funcref) (memory 1 2)
        (global f64 (f64.const 0))
        (elem (i32.const 0) $f $f) (data (i32.const 0) "abc")
        (func $f (export "f") (type $t)
          (if (result i32) (i32.load (local.get 0))
            (then (call_indirect (type $t) (local.get 0) (i32.const 1)))
            (else (block (result i32) (br_table 0 0 (local.get 0) (i32.const 0)))))))
      """, features: FeatureSet(bits: 0))
  }
}
