// swift-tools-version: 6.2

import Foundation
import PackageDescription

// The engine: `make setup` puts libtorch here; LIBTORCH names another copy.
let libtorch = Context.environment["LIBTORCH"] ?? "\(Context.packageDirectory)/.libtorch"
let hasCUDA = FileManager.default.fileExists(atPath: "\(libtorch)/lib/libtorch_cuda.so")

let house: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

// The linker drops a library that nothing names, and CUDA's kernels register themselves when theirs is loaded.
let keepCUDA = ["-Xlinker", "--no-as-needed", "-ltorch_cuda", "-lc10_cuda", "-Xlinker", "--allow-shlib-undefined"]

func library(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: house)
}

func tests(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies, swiftSettings: house)
}

let package = Package(
    name: "Hypersphere",
    platforms: [.macOS(.v14)],
    products: [],
    targets: [
        library("Files"),
        library("Randomness"),
        .target(
            name: "CTorch",
            cxxSettings: [
                .unsafeFlags([
                    "-isystem", "\(libtorch)/include",
                    "-isystem", "\(libtorch)/include/torch/csrc/api/include",
                ])
            ],
            linkerSettings: [
                .unsafeFlags(
                    ["-L\(libtorch)/lib", "-Xlinker", "-rpath", "-Xlinker", "\(libtorch)/lib"]
                        + (hasCUDA ? keepCUDA : [])),
                .linkedLibrary("torch"),
                .linkedLibrary("torch_cpu"),
                .linkedLibrary("c10"),
            ]),
        library("Torch", ["CTorch", "Files"]),
        library("NeuralNetwork", ["Torch", "Files"]),
        library("Backbones", ["NeuralNetwork", "Torch"]),
        library("MetricLearning", ["NeuralNetwork", "Torch"]),
    ],
    cxxLanguageStandard: .cxx20
)
