// swift-tools-version: 6.2

import Foundation
import PackageDescription

// The engine: `make setup` puts libtorch here; LIBTORCH names another copy.
let libtorch = Context.environment["LIBTORCH"] ?? "\(Context.packageDirectory)/.libtorch"
// The headers of qdtsne and umappp, where `make setup` puts them.
let headers = "\(Context.packageDirectory)/.assorthead/assorthead/include"
let hasCUDA = FileManager.default.fileExists(atPath: "\(libtorch)/lib/libtorch_cuda.so")

// What the program carries with it, by the names of the files.
let recipes = [
    "casia-arcface-intra-inter", "casia-arcface-iresnet50", "cifar10-arcface", "cifar10-arcface-fast",
    "cifar10-arcface-pooled", "cifar10-compare", "faces-angular-triplet", "faces-fine-tuning", "lfw-small",
    "mnist-center", "mnist-center-fast", "mnist-compare", "ms1mv2-arcface-iresnet100", "photographs",
    "strokes-center",
]

let house: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

// The linker drops a library that nothing names, and CUDA's kernels register themselves when theirs is loaded.
let keepCUDA = ["-Xlinker", "--no-as-needed", "-ltorch_cuda", "-lc10_cuda", "-Xlinker", "--allow-shlib-undefined"]

func library(_ name: String, exclude: [String] = [], _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: house)
}

func tests(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies + ["TestSupport"], swiftSettings: house)
}

let package = Package(
    name: "Hypersphere",
    platforms: [.macOS(.v15)],
    products: [
        .library(
            name: "Hypersphere",
            targets: [
                "Torch", "NeuralNetwork", "Backbones", "MetricLearning", "Datasets", "Images", "Evaluation",
                "Faces", "Projection", "Visualization", "Training", "Weights", "Files", "Randomness",
            ]),
        .library(name: "Weights", targets: ["Files", "Torch", "Weights"]),
        .library(name: "Datasets", targets: ["Datasets", "Files"]),
    ],
    dependencies: [
        // Each from the version that it was tried with; below the next major one, as its authors promise.
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
        .package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.5.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        library("Files"),
        library("Randomness"),
        .target(
            name: "CTorch",
            cxxSettings: [
                .headerSearchPath("GlooDeclarations"),
                .unsafeFlags([
                    "-isystem", "\(libtorch)/include",
                    "-isystem", "\(libtorch)/include/torch/csrc/api/include",
                ]),
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
        library("Weights", ["Files", "NeuralNetwork", "Torch"]),
        library("MetricLearning", ["Files", "NeuralNetwork", "Randomness", "Torch"]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
        .systemLibrary(
            name: "CJPEG", pkgConfig: "libjpeg", providers: [.apt(["libjpeg-dev"]), .brew(["jpeg-turbo"])]),
        .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"]), .brew(["libpng"])]),
        .target(
            name: "CImage", dependencies: ["CJPEG", "CPNG"],
            cSettings: [.enableWarning("all"), .enableWarning("extra"), .treatAllWarnings(as: .error)]),
        library(
            "Datasets", ["CImage", "CZlib", "Files", "Randomness", .product(name: "Crypto", package: "swift-crypto")]),
        library("Images", ["Datasets", "Randomness", "Torch"]),
        library("Evaluation", ["Files", "Randomness", "Torch"]),
        library("Faces", ["Files", "Torch"]),
        .target(
            name: "CProjection",
            cxxSettings: [
                // The libraries are all templates, which without optimisation take minutes for what takes seconds.
                .unsafeFlags(["-isystem", headers, "-O2", "-DNDEBUG"])
            ]),
        library("Projection", ["CProjection", "Evaluation", "Files", "Randomness", "Torch"]),
        .systemLibrary(name: "CCairo", pkgConfig: "cairo", providers: [.apt(["libcairo2-dev"]), .brew(["cairo"])]),
        .target(
            name: "Visualization",
            dependencies: ["CCairo", "Files", "Randomness", .product(name: "Crypto", package: "swift-crypto")],
            resources: [.embedInCode("Resources")], swiftSettings: house),
        library("Configuration", ["Files", .product(name: "Yams", package: "Yams")]),
        library(
            "TensorBoard", exclude: ["Protocol"], ["Files", .product(name: "SwiftProtobuf", package: "swift-protobuf")]),
        library("Terminal", ["Files"]),
        library(
            "Training",
            [
                "Backbones", "Configuration", "Datasets", "Evaluation", "Files", "Images", "MetricLearning",
                "NeuralNetwork", "Projection", "Randomness", "TensorBoard", "Torch", "Visualization", "Weights",
                .product(name: "Crypto", package: "swift-crypto"),
            ]),
        .target(
            name: "Recipes", path: "Recipes", exclude: ["README.md"],
            resources: recipes.map { .embedInCode("\($0).yaml") }, swiftSettings: house),
        library(
            "HypersphereCommands",
            [
                "Configuration", "Datasets", "Evaluation", "Faces", "Files", "Images", "MetricLearning", "Projection",
                "Randomness", "Recipes", "Terminal", "Torch", "Training", "Visualization", "Weights",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
        .target(
            name: "TestSupport", dependencies: ["Torch", "Files"], path: "Tests/TestSupport", swiftSettings: house),
        tests("FilesTests", ["Files"]),
        tests("RandomnessTests", ["Randomness"]),
        tests("TorchTests", ["Torch", "Files", "Randomness"]),
        tests("NeuralNetworkTests", ["NeuralNetwork", "Torch", "Files", "Randomness"]),
        tests("BackbonesTests", ["Backbones", "NeuralNetwork", "Torch", "Randomness"]),
        tests("WeightsTests", ["Files", "NeuralNetwork", "Randomness", "Torch", "Weights"]),
        tests("MetricLearningTests", ["MetricLearning", "Backbones", "Files", "NeuralNetwork", "Torch", "Randomness"]),
        tests("EvaluationTests", ["Evaluation", "Files", "Randomness", "Torch"]),
        tests("FacesTests", ["Faces", "Files", "Torch"]),
        tests("ProjectionTests", ["Evaluation", "Files", "Projection", "Randomness", "Torch"]),
        tests("ConfigurationTests", ["Configuration", "Files", "Randomness"]),
        tests(
            "TrainingTests",
            [
                "Datasets", "Evaluation", "Files", "Images", "MetricLearning", "NeuralNetwork", "Recipes", "Torch",
                "Training",
            ]),
        tests("HypersphereCommandsTests", ["Datasets", "Files", "Torch", "hypersphere"]),
        tests("TensorBoardTests", ["TensorBoard", "Files"]),
        tests("TerminalTests", ["Terminal", "Files"]),
        tests("ImagesTests", ["Datasets", "Files", "Images", "Randomness", "Torch"]),
        tests(
            "DatasetsTests",
            ["CZlib", "Datasets", "Files", "Randomness", .product(name: "Crypto", package: "swift-crypto")]),
        tests("VisualizationTests", ["CCairo", "Files", "Randomness", "Visualization"]),
        .executableTarget(name: "hypersphere", dependencies: ["HypersphereCommands"], swiftSettings: house),
    ],
    cxxLanguageStandard: .cxx20
)
