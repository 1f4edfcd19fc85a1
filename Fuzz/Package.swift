// swift-tools-version: 6.2

import PackageDescription

let house: [SwiftSetting] = [
    .swiftLanguageMode(.v6), .treatAllWarnings(as: .error), .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"), .enableUpcomingFeature("InternalImportsByDefault"),
]

func product(_ name: String) -> Target.Dependency { .product(name: name, package: "Hypersphere") }

// Each is built by scripts/fuzz.sh, whose flags instrument the libraries and link libFuzzer.
func fuzzer(_ name: String, _ products: [String]) -> Target {
    .executableTarget(name: name, dependencies: ["Fuzzing"] + products.map(product), swiftSettings: house)
}

let package = Package(
    name: "Fuzz",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "Hypersphere", path: "..")],
    targets: [
        .target(name: "Fuzzing", dependencies: [product("Datasets")], swiftSettings: house),
        fuzzer("FuzzWeights", ["Weights"]),
        fuzzer("FuzzSafetensors", ["Weights"]),
        fuzzer("FuzzPairs", ["Weights"]),
        fuzzer("FuzzImages", ["Datasets"]),
        fuzzer("FuzzRecords", ["Datasets"]),
        fuzzer("FuzzPacks", ["Datasets"]),
    ]
)
