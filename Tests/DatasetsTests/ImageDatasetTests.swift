import Datasets
import Testing

@Suite struct ImageDatasetTests {
    private func make(
        channels: Int = 1, height: Int = 1, pixels: [UInt8] = [1, 2, 3, 4], labels: [Int64] = [0, 1],
        name: String = "two"
    ) throws -> ImageDataset {
        try ImageDataset(
            name: name, channels: channels, height: height, width: 2, pixels: pixels, labels: labels,
            classNames: ["a", "b"])
    }

    @Test func fingerprintIsTheDigestOfShapePixelsAndLabels() throws {
        // python3: hashlib.sha256(pack('<4q', 2, 1, 2, 1) + bytes([1, 2, 3, 4]) + pack('<2q', 0, 1)).hexdigest()
        #expect(try make().fingerprint == "f8f5529d904cdf43bdb0ae62c7ddff899116124b736259d96cad1a845cf81ecd")
        #expect(try make(name: "other").fingerprint == make().fingerprint)
        #expect(try make(labels: [1, 1]).fingerprint != make().fingerprint)
    }

    @Test func refusesWhatDoesNotFit() {
        expectRefusal("two: channels: expected at least 1, got 0; give") { _ = try make(channels: 0) }
        expectRefusal("two: height: expected at least 1, got -1; give") { _ = try make(height: -1) }
        expectRefusal("two: pixels: expected 2 x 1 x 2 x 1 bytes, got 3; give") { _ = try make(pixels: [1, 2, 3]) }
        expectRefusal("two: pixels", "give") { _ = try make(height: Int.max) }
        expectRefusal("two: count: the set is empty; give") { _ = try make(pixels: [], labels: []) }
        expectRefusal("two: label 1: expected 0 to 1, got 2; number") { _ = try make(labels: [0, 2]) }
        expectRefusal("two: label 0: expected 0 to 1, got -1; number") { _ = try make(labels: [-1, 0]) }
    }
}
