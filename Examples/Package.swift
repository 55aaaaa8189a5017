// swift-tools-version: 6.3
// Programs that use Apus, each of them a folder with a `main.swift` and the components that it runs.
import PackageDescription

let strict: [SwiftSetting] = [
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
]

let package = Package(
  name: "ApusExamples",
  platforms: [.macOS(.v15)],
  dependencies: [
    .package(name: "Apus", path: ".."),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
  ],
  targets: [
    example("Calculator", ["calculator.wat"], usesMacros: true),
    example("Plugins", ["librarian.wat", "spinner.wat"]),
    example(
      "Filters", ["uppercase.wat", "number-lines.wasm"],
      sources: ["number-lines.c", "number-lines.wat", "build.sh"]),
    example(
      "Database", ["report.wat"], usesMacros: true,
      [.product(name: "GRDB", package: "GRDB.swift")]),
    example("ThousandCalls", ["orders.wat"]),
  ]
)

/// A program of its folder's name. The components become part of it, as `PackageResources`.
func example(
  _ name: String, _ components: [String], sources: [String] = [], usesMacros: Bool = false,
  _ dependencies: [Target.Dependency] = []
) -> Target {
  var dependencies = dependencies + [.product(name: "Apus", package: "Apus")]
  if usesMacros { dependencies.append(.product(name: "ApusMacros", package: "Apus")) }
  return .executableTarget(
    name: name, dependencies: dependencies, path: name, exclude: sources + ["expected.txt"],
    resources: components.map { .embedInCode($0) }, swiftSettings: strict)
}

// The programs that the documentation consists of, where check.sh has taken them out.
for article in (Context.environment["APUS_ARTICLES"] ?? "").split(separator: " ") {
  package.targets.append(
    .executableTarget(
      name: String(article),
      dependencies: [
        .product(name: "Apus", package: "Apus"), .product(name: "ApusMacros", package: "Apus"),
        .product(name: "ApusWASI", package: "Apus"),
      ],
      path: "Articles/\(article)", swiftSettings: strict))
}
