import Testing
import WasmSyntax

@testable import WasmText

@Suite struct LiteralTests {
  private func integer(_ text: String) -> IntegerLiteral? {
    Array(text.utf8).withUnsafeBufferPointer { IntegerLiteral($0) }
  }

  private func float(_ text: String, _ format: FloatFormat) -> Result<UInt64, FloatLiteralError> {
    Array(text.utf8).withUnsafeBufferPointer { bytes in
      do throws(FloatLiteralError) {
        return .success(try FloatLiteral(format: format).bits(bytes))
      } catch {
        return .failure(error)
      }
    }
  }

  private func f32(_ text: String) throws -> UInt32 {
    UInt32(truncatingIfNeeded: try float(text, .f32).get())
  }

  private func f64(_ text: String) throws -> UInt64 { try float(text, .f64).get() }

  @Test func integers() throws {
    #expect(integer("0")?.unsigned(bits: 8) == 0)
    #expect(integer("1_000")?.unsigned(bits: 32) == 1000)
    #expect(integer("0xFf_fF")?.unsigned(bits: 16) == 0xFFFF)
    #expect(integer("65536")?.unsigned(bits: 16) == nil)
    #expect(integer("+1")?.unsigned(bits: 8) == nil)
    #expect(integer("18446744073709551615")?.unsigned(bits: 64) == .max)
    #expect(integer("18446744073709551616")?.unsigned(bits: 64) == nil)
    #expect(integer("-128")?.wrapping(bits: 8) == 0x80)
    #expect(integer("-129")?.wrapping(bits: 8) == nil)
    #expect(integer("255")?.wrapping(bits: 8) == 255)
    #expect(integer("256")?.wrapping(bits: 8) == nil)
    #expect(integer("-0x8000000000000000")?.wrapping(bits: 64) == 1 << 63)
    #expect(integer("-0x8000000000000001")?.wrapping(bits: 64) == nil)
    #expect(integer("-0")?.wrapping(bits: 32) == 0)
    for malformed in ["", "+", "0x", "1_", "_1", "1__0", "0x_1", "1a", "0xg", "- 1", "1.0", "0X1"] {
      #expect(integer(malformed) == nil, "\(malformed)")
    }
  }

  @Test func floatsThatAreHardToRound() throws {
    // Halfway between two numbers, and a little to each side, at the far end of many digits.
    let zeros = String(repeating: "0", count: 2000)
    #expect(try f64("9007199254740993") == 0x4340_0000_0000_0000)
    #expect(try f64("9007199254740993.\(zeros)") == 0x4340_0000_0000_0000)
    #expect(try f64("9007199254740993.\(zeros)1") == 0x4340_0000_0000_0001)
    #expect(try f64("9007199254740995") == 0x4340_0000_0000_0002)
    #expect(try f32("16777217") == 0x4B80_0000)
    #expect(try f32("16777217.\(zeros)1") == 0x4B80_0001)
    #expect(try f32("16777219") == 0x4B80_0002)
    // Rounding to a double first would end on the tie.
    #expect(try f32("1.00000017881393432617187499") == 0x3F80_0001)
    #expect(try f32("1.00000017881393432617187500") == 0x3F80_0002)
    #expect(try f32("1.00000017881393432617187501") == 0x3F80_0002)
    #expect(try f32("0x1.000001000000000000000000001p0") == 0x3F80_0001)
    #expect(try f32("0x1.000001p0") == 0x3F80_0000)
    #expect(try f32("0x1.000003p0") == 0x3F80_0002)
  }

  @Test func edgesOfTheFormats() throws {
    #expect(try f64("1.7976931348623157e308") == 0x7FEF_FFFF_FFFF_FFFF)
    #expect(try f64("1.7976931348623158e308") == 0x7FEF_FFFF_FFFF_FFFF)
    #expect(float("1.7976931348623159e308", .f64) == .failure(.outOfRange))
    #expect(try f64("0x1.fffffffffffff7p1023") == 0x7FEF_FFFF_FFFF_FFFF)
    #expect(float("0x1.fffffffffffff8p1023", .f64) == .failure(.outOfRange))
    #expect(try f32("340282356779733661637539395458142568447.9") == 0x7F7F_FFFF)
    #expect(float("340282356779733661637539395458142568448", .f32) == .failure(.outOfRange))
    #expect(try f64("4.9406564584124654e-324") == 1)
    #expect(try f64("2.4703282292062327e-324") == 0)
    #expect(try f64("2.4703282292062328e-324") == 1)
    #expect(try f64("0x1p-1075") == 0)
    #expect(try f64("0x1.8p-1075") == 1)
    #expect(try f64("-0x1p-2000") == 1 << 63)
    #expect(try f64("2.2250738585072011e-308") == 0x000F_FFFF_FFFF_FFFF)
    #expect(try f64("2.2250738585072014e-308") == 0x0010_0000_0000_0000)
    #expect(try f32("1.4e-45") == 1)
    #expect(try f32("0x1p-150") == 0)
    #expect(try f32("0x1.000001p-150") == 1)
    #expect(try f32("1e-999999999999999999999") == 0)
    #expect(float("1e999999999999999999999", .f32) == .failure(.outOfRange))
    #expect(try f64("0e999999999999999999999") == 0)
    #expect(try f64("0x0p999999999999999999999") == 0)
    #expect(try f64("0.\(String(repeating: "0", count: 400))1e401") == Double(1).bitPattern)
    #expect(try f64("1\(String(repeating: "0", count: 400))e-400") == Double(1).bitPattern)
  }

  @Test func infinitiesAndNaNs() throws {
    #expect(try f32("-inf") == 0xFF80_0000)
    #expect(try f32("nan") == 0x7FC0_0000)
    #expect(try f64("+nan:0x1") == 0x7FF0_0000_0000_0001)
    #expect(try f64("-nan:0xf_ffff_ffff_ffff") == .max)
    #expect(float("nan:0x0", .f32) == .failure(.outOfRange))
    #expect(float("nan:0x80_0000", .f32) == .failure(.outOfRange))
    #expect(float("nan:0x10_0000_0000_0000", .f64) == .failure(.outOfRange))
    for malformed in [
      "nan:", "nan:1", "nan:0x", "nan:canonical", "infinity", "nan1", "", "+", ".5", "1.e", "1e",
      "1e+", "0x.1", "0x1p", "1_.0", "1._0", "1.0_", "1e1_", "0x1.8q1", "1.5f", "1..5",
    ] {
      #expect(float(malformed, .f64) == .failure(.malformed), "\(malformed)")
    }
  }

  /// Against the standard library's conversion, which goes through the C library's.
  @Test func randomDecimals() throws {
    var random = SplitMix(seed: 7)
    for _ in 0..<3000 {
      var text = random.below(2) == 0 ? "-" : ""
      for _ in 0...random.below(24) { text += String(random.below(10)) }
      if random.below(2) == 0 {
        text += "."
        for _ in 0..<random.below(24) { text += String(random.below(10)) }
      }
      if random.below(4) > 0 { text += "e\(random.below(700) - 350)" }
      check(text)
    }
    // What printers write, and its neighbourhood.
    for _ in 0..<2000 {
      let double = Double(bitPattern: random.next())
      let single = Float(bitPattern: UInt32(truncatingIfNeeded: random.next()))
      if double.isFinite { check(double.description) }
      if single.isFinite {
        check(single.description)
        #expect(try f32(single.description) == single.bitPattern)
      }
    }
  }

  private func check(_ text: String) {
    let plain = text.hasSuffix(".") ? text + "0" : text.replacingDot()
    if let expected = Double(plain) {
      let result = float(text, .f64)
      #expect(
        expected.isFinite
          ? result == .success(expected.bitPattern) : result == .failure(.outOfRange),
        "\(text)")
    }
    if let expected = Float(plain) {
      let result = float(text, .f32)
      #expect(
        expected.isFinite
          ? result == .success(UInt64(expected.bitPattern)) : result == .failure(.outOfRange),
        "\(text)")
    }
  }
}

extension String {
  /// `1.e5` is a number in WebAssembly, but not in Swift.
  fileprivate func replacingDot() -> String {
    guard let dot = firstIndex(of: "."), case let next = index(after: dot), next < endIndex,
      self[next] == "e"
    else { return self }
    return self[..<next] + "0" + self[next...]
  }
}

/// A small generator with a seed.
struct SplitMix {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  mutating func below(_ limit: Int) -> Int {
    limit <= 0 ? 0 : Int(truncatingIfNeeded: next() % UInt64(limit))
  }
}
