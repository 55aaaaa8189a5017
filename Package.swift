// swift-tools-version: 6.3
import CompilerPluginSupport
import PackageDescription

let strict: [SwiftSetting] = [
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
]

let package = Package(
  name: "Apus",
  platforms: [.macOS(.v15), .iOS(.v18)],
  products: [
    .library(name: "Apus", targets: ["Apus"]),
    .library(name: "ApusMacros", targets: ["ApusMacros"]),
    .library(name: "ApusWASI", targets: ["ApusWASI"]),
    .executable(name: "apus", targets: ["ApusCLI"]),
  ],
  traits: [
    .trait(name: "Logging", description: "Stores log with swift-log what happens in them."),
    .trait(name: "Tracing", description: "Calls are spans of swift-distributed-tracing."),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    // Only compiled with the traits of these names.
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-distributed-tracing", from: "1.7.3"),
    // Only compiled for `ApusMacros`.
    .package(url: "https://github.com/swiftlang/swift-syntax", from: "603.0.1"),
  ],
  targets: [
    .target(name: "WasmSyntax", swiftSettings: strict),
    .target(name: "WasmBinary", dependencies: ["WasmSyntax"], swiftSettings: strict),
    .target(name: "WasmText", dependencies: ["WasmSyntax", "WasmBinary"], swiftSettings: strict),
    .target(
      name: "WasmValidation", dependencies: ["WasmSyntax", "WasmBinary"], swiftSettings: strict),
    .target(name: "CWasmExecution", cSettings: [.treatAllWarnings(as: .error)]),
    .target(
      name: "WasmExecution",
      dependencies: ["WasmSyntax", "WasmBinary", "WasmValidation", "CWasmExecution"],
      swiftSettings: strict),
    .target(
      name: "ComponentRuntime",
      dependencies: [
        "WasmSyntax", "WasmBinary", "WasmValidation", "WasmExecution", "CWasmExecution",
      ],
      swiftSettings: strict),
    .target(
      name: "Apus",
      dependencies: [
        "WasmSyntax", "WasmBinary", "WasmText", "WasmValidation", "WasmExecution",
        "ComponentRuntime",
        .product(
          name: "Logging", package: "swift-log", condition: .when(traits: ["Logging"])),
        .product(
          name: "Tracing", package: "swift-distributed-tracing",
          condition: .when(traits: ["Tracing"])),
      ],
      swiftSettings: strict),
    .macro(
      name: "ApusMacroPlugin",
      dependencies: [
        .product(name: "SwiftSyntax", package: "swift-syntax"),
        .product(name: "SwiftSyntaxBuilder", package: "swift-syntax"),
        .product(name: "SwiftSyntaxMacros", package: "swift-syntax"),
        .product(name: "SwiftDiagnostics", package: "swift-syntax"),
        .product(name: "SwiftCompilerPlugin", package: "swift-syntax"),
      ],
      swiftSettings: strict),
    .target(
      name: "ApusMacros", dependencies: ["Apus", "ApusMacroPlugin"], swiftSettings: strict),
    .target(
      name: "WASI", dependencies: ["WasmSyntax", "WasmExecution", "ComponentRuntime"],
      swiftSettings: strict),
    .target(
      name: "ApusWASI", dependencies: ["ComponentRuntime", "WASI", "Apus"], swiftSettings: strict),
    .target(
      name: "WastRunner",
      dependencies: [
        "WasmSyntax", "WasmBinary", "WasmText", "WasmValidation", "WasmExecution",
        "ComponentRuntime",
      ],
      swiftSettings: strict),
    .executableTarget(
      name: "ApusCLI",
      dependencies: [
        "WasmSyntax", "WasmBinary", "WasmText", "WasmValidation", "WasmExecution", "WASI",
        "ComponentRuntime", "WastRunner",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict),
    .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: strict),
    .executableTarget(
      name: "apus-mutants",
      dependencies: [
        "WasmSyntax", "WasmBinary", "WasmText", "WasmValidation", "WasmExecution",
        "ComponentRuntime", "TestSupport",
      ],
      path: "Tests/MutantRunner", swiftSettings: strict),
    .testTarget(
      name: "ApusTests",
      dependencies: [
        "Apus",
        .product(
          name: "InMemoryLogging", package: "swift-log", condition: .when(traits: ["Logging"])),
        .product(
          name: "InMemoryTracing", package: "swift-distributed-tracing",
          condition: .when(traits: ["Tracing"])),
      ],
      swiftSettings: strict),
    .testTarget(
      name: "ApusMacrosTests",
      dependencies: [
        "Apus", "ApusMacros", "ApusMacroPlugin",
        .product(name: "SwiftParser", package: "swift-syntax"),
        .product(name: "SwiftSyntaxMacroExpansion", package: "swift-syntax"),
      ],
      swiftSettings: strict),
    .testTarget(
      name: "WasmBinaryTests", dependencies: ["WasmSyntax", "WasmBinary"], swiftSettings: strict),
    .testTarget(
      name: "WasmTextTests", dependencies: ["WasmSyntax", "WasmBinary", "WasmText", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "WasmValidationTests",
      dependencies: ["WasmSyntax", "WasmBinary", "WasmText", "WasmValidation"],
      swiftSettings: strict),
    .testTarget(
      name: "ComponentValidationTests",
      dependencies: ["WasmSyntax", "WasmBinary", "WasmText", "WasmValidation"],
      swiftSettings: strict),
    .testTarget(
      name: "ConformanceTests",
      dependencies: [
        "WasmSyntax", "WasmExecution", "ComponentRuntime", "WastRunner", "TestSupport",
      ],
      swiftSettings: strict),
    .testTarget(
      name: "WasmExecutionTests", dependencies: ["WasmSyntax", "WasmText", "WasmExecution"],
      swiftSettings: strict),
    .testTarget(
      name: "ComponentRuntimeTests",
      dependencies: [
        "WasmSyntax", "WasmText", "WasmValidation", "WasmExecution", "CWasmExecution",
        "ComponentRuntime", "TestSupport",
      ],
      swiftSettings: strict),
    .testTarget(
      name: "WASITests",
      dependencies: [
        "WasmSyntax", "WasmText", "WasmExecution", "ComponentRuntime", "WASI", "TestSupport",
      ],
      exclude: ["Worlds"],
      swiftSettings: strict),
    .testTarget(
      name: "ApusWASITests",
      dependencies: [
        "WasmExecution", "ComponentRuntime", "WASI", "Apus", "ApusWASI", "TestSupport",
      ],
      swiftSettings: strict),
    .testTarget(
      name: "WastRunnerTests", dependencies: ["WasmSyntax", "WasmExecution", "WastRunner"],
      swiftSettings: strict),
    .testTarget(
      name: "MutationTests", dependencies: ["apus-mutants", "TestSupport"], swiftSettings: strict),
    .testTarget(
      name: "CLITests", dependencies: ["WasmSyntax", "ApusCLI", "TestSupport"],
      swiftSettings: strict),
  ]
)
