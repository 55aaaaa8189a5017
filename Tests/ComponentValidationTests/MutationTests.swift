import Testing
import WasmBinary
import WasmSyntax
import WasmText
import WasmValidation

/// Bytes changed at random are accepted or refused, and never anything else.
struct ComponentMutationTests {
  private static let seed = """
    (component
      (import "r" (type $r (sub resource)))
      (import "i" (instance $i (export "a" (type $a (sub resource)))
        (export "[method]a.m" (func (param "self" (borrow $a)) (result (list string))))))
      (core module $m (memory (export "m") 1) (global (export "g") i32 (i32.const 0))
        (func (export "f") (param i32 i32) (result i32) local.get 0)
        (func (export "p") (param i32))
        (func (export "realloc") (param i32 i32 i32 i32) (result i32) local.get 0))
      (core instance $c (instantiate $m))
      (core type $mt (module (import "a" "b" (func)) (export "m" (memory 1))))
      (type $rec (record (field "x" u32) (field "y" (option (own $r)))))
      (export $rec2 "rec" (type $rec))
      (type $f (func (param "s" string) (result (result string (error (tuple u8 f64))))))
      (func $g (type $f) (canon lift (core func $c "f") (memory (core memory $c "m"))
        (realloc (core func $c "realloc")) (post-return (core func $c "p"))))
      (core func $l (canon lower (func $i "[method]a.m") (memory (core memory $c "m"))
        (realloc (core func $c "realloc"))))
      (component $D (import "x" (func (param "s" string) (result (result string (error (tuple u8 f64))))))
        (type $t (resource (rep i32))) (export "t" (type $t)))
      (instance $d (instantiate $D (with "x" (func $g))))
      (alias export $d "t" (type $dt))
      (core func (canon resource.drop $dt))
      (type $ct (component (import "c" (instance (export "e" (type (sub resource))))) (export "f" (func))))
      (type $s (stream (variant (case "a" u8) (case "b"))))
      (core func (canon stream.new $s))
      (value $v u8 4)
      (export "v" (value $v))
      (export "g" (func $g)))
    """

  @Test func mutants() throws {
    let seed = try parseComponent(Array(Self.seed.utf8))
    _ = try validateComponent(Bytes(seed), features: .all)
    var state: UInt64 = 0x9E37_79B9_7F4A_7C15
    func random(_ bound: Int) -> Int {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return Int(truncatingIfNeeded: state % UInt64(bound))
    }
    var accepted = 0
    var reasons: Set<String> = []
    for _ in 0..<5_000 {
      var bytes = seed
      for _ in 0...random(2) {
        let position = 8 + random(bytes.count - 8)
        switch random(4) {
        case 0: bytes[position] = UInt8(random(256))
        case 1: bytes[position] = UInt8(random(12))
        case 2: bytes[position] = bytes[position] &+ 1
        default: bytes[position] = bytes[8 + random(bytes.count - 8)]
        }
      }
      do throws(ModuleError) {
        _ = try validateComponent(Bytes(bytes), features: .all)
        accepted += 1
      } catch {
        reasons.insert(error.message)
        guard case .offset(let offset) = error.position else {
          Issue.record("no offset: \(error)")
          continue
        }
        #expect(offset <= bytes.count)
      }
    }
    #expect(accepted > 100)
    #expect(reasons.count > 200)
  }
}
