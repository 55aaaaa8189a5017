import Testing
import WasmBinary
import WasmSyntax
import WasmText
import WasmValidation

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

extension FeatureSet {
  static func all(but feature: Feature) -> FeatureSet {
    var features = FeatureSet.all
    features.set(feature, to: false)
    return features
  }
}

/// Encodes and validates the fields of a component.
@discardableResult
func validate(
  _ fields: String, features: FeatureSet = .all, concurrency: Bool = true
) throws(ModuleError) -> ValidatedComponent {
  try validateComponent(
    Bytes(try parseComponent(Array("(component \(fields))".utf8))), features: features,
    concurrency: concurrency)
}

/// Why a component is refused; nil if it is not.
func refusal(
  _ fields: String, features: FeatureSet = .all, concurrency: Bool = true
) -> ModuleError? {
  do throws(ModuleError) {
    try validate(fields, features: features, concurrency: concurrency)
    return nil
  } catch {
    return error
  }
}

func expectValid(
  _ fields: String, features: FeatureSet = .all, at location: SourceLocation = #_sourceLocation
) {
  let error = refusal(fields, features: features)
  #expect(error == nil, "\(error.map(String.init(describing:)) ?? "")", sourceLocation: location)
}

func expectInvalid(
  _ fields: String, _ message: String, features: FeatureSet = .all,
  at location: SourceLocation = #_sourceLocation
) {
  guard let error = refusal(fields, features: features) else {
    Issue.record("accepted", sourceLocation: location)
    return
  }
  #expect(error.message.contains(message), "\(error)", sourceLocation: location)
}

/// Runs a function on a thread with a stack of 512 KiB.
func onSmallStack(_ body: @escaping @Sendable () -> Void) {
  final class Box: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
  var attributes = pthread_attr_t()
  pthread_attr_init(&attributes)
  pthread_attr_setstacksize(&attributes, 512 << 10)
  let argument = Unmanaged.passRetained(Box(body)).toOpaque()
  #if canImport(Darwin)
    var thread: pthread_t?
    pthread_create(
      &thread, &attributes,
      { argument in
        Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().body()
        return nil
      }, argument)
    if let thread { pthread_join(thread, nil) }
  #else
    var thread = pthread_t()
    pthread_create(
      &thread, &attributes,
      { argument in
        if let argument { Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().body() }
        return nil
      }, argument)
    pthread_join(thread, nil)
  #endif
  pthread_attr_destroy(&attributes)
}
