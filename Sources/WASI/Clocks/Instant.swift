// Points in time.

/// Seconds and nanoseconds since 1970 (wasi:clocks `datetime` of 0.2, `instant` of 0.3).
public struct WASIInstant: Hashable, Comparable, Sendable {
  /// Whole seconds.
  public var seconds: Int64
  /// Less than a billion.
  public var nanoseconds: UInt32

  /// The instant that is so many seconds and nanoseconds after the beginning.
  public init(seconds: Int64, nanoseconds: UInt32 = 0) {
    self.seconds = seconds
    self.nanoseconds = min(nanoseconds, 999_999_999)
  }

  /// Nanoseconds since 1970, within what 64 bits without a sign can say (a `timestamp` of WASI 0.1).
  package var timestamp: UInt64 {
    guard seconds >= 0 else { return 0 }
    let (whole, overflow) = UInt64(seconds).multipliedReportingOverflow(by: 1_000_000_000)
    let (sum, carry) = whole.addingReportingOverflow(UInt64(nanoseconds))
    return overflow || carry ? .max : sum
  }

  package init(timestamp: UInt64) {
    self.init(
      seconds: Int64(timestamp / 1_000_000_000), nanoseconds: UInt32(timestamp % 1_000_000_000))
  }

  public static func < (left: Self, right: Self) -> Bool {
    (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
  }

  /// Later by some nanoseconds; the last instant there is if that is too late.
  package func advanced(byNanoseconds delta: UInt64) -> WASIInstant {
    var carry = UInt64(nanoseconds) + delta % 1_000_000_000
    let whole = delta / 1_000_000_000 + carry / 1_000_000_000
    carry %= 1_000_000_000
    let (sum, overflow) = seconds.addingReportingOverflow(Int64(whole))
    return WASIInstant(seconds: overflow ? .max : sum, nanoseconds: UInt32(carry))
  }
}
