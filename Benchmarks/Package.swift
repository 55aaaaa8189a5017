// swift-tools-version: 6.3
import PackageDescription

let package = Package(
  name: "ApusBenchmarks",
  platforms: [.macOS(.v15)],
  dependencies: [
    .package(name: "Apus", path: ".."),
    // Without its traits it needs no jemalloc.
    .package(url: "https://github.com/ordo-one/benchmark", from: "1.38.1", traits: []),
  ],
  targets: [
    .executableTarget(
      name: "Embedding",
      dependencies: [
        .product(name: "Apus", package: "Apus"),
        .product(name: "Benchmark", package: "benchmark"),
      ],
      path: "Benchmarks/Embedding",
      plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")])
  ]
)
