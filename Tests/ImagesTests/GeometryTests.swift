import Datasets
import Files
import Foundation
@testable import Images
import Testing
import TestSupport
import Torch

/// What an image's size becomes, beside torchvision 0.28.
@Suite(.noLeaks) struct GeometryTests {
    private static let evaluations = TransformFixture.cases(of: "evaluation")
    private static let squashes = TransformFixture.cases(of: "squash")

    @Test func theFixtureIsThere() {
        #expect(Self.evaluations.count >= 7 && Self.squashes.count >= 3)
    }

    /// Within one grey level, as the fixture's bytes are torchvision's.
    private func check(_ geometry: ImageGeometry, _ item: Fixture.Case) throws {
        let image = try item.image("pixels")
        let region = geometry.region(
            imageHeight: image.height, imageWidth: image.width, index: 0, draws: SampleDraws(seed: 0, epoch: 0))
        #expect(region == PixelRegion(top: 0, left: 0, height: image.height, width: image.width))
        let found = geometry.pixels(of: image)
        #expect(found.shape == [geometry.height, geometry.width, 3])
        expectEqual(found.to(.float32), try item.tensor("output", as: .float32), absolute: 1)
    }

    @Test(arguments: evaluations) func evaluationIsTorchvisions(item: Fixture.Case) throws {
        try check(.evaluation(resize: try item.integer("resize"), crop: try item.integer("crop")), item)
    }

    @Test(arguments: squashes) func squashIsTorchvisions(item: Fixture.Case) throws {
        try check(.squash(height: try item.integer("height"), width: try item.integer("width")), item)
    }

    @Test func aCropKeepsItsOwnSides() throws {
        // The middle of a gradient that is as large as the shorter side: columns 2, 3, 4 of 0...6.
        let image = DecodedImage(
            pixels: (0..<3).flatMap { row in (0..<7).map { UInt8(10 * row + $0) } }, height: 3, width: 7, channels: 1)
        let found: [UInt8] = ImageGeometry.evaluation(resize: 3, height: 2, width: 3).pixels(of: image).array()
        // Python: round(0.5) = 0, round(2.0) = 2.
        #expect(found == [2, 3, 4, 12, 13, 14])
    }

    /// Of a line of pixels the shorter side cannot have 256 without gigabytes.
    @Test func aLineIsTooThin() throws {
        let geometry = ImageGeometry.evaluation(resize: 256, height: 224, width: 224)
        let line = DecodedImage(
            pixels: [UInt8](repeating: 0, count: 1_000_000), height: 1_000_000, width: 1, channels: 1)
        let error = #expect(throws: UserFacingError.self) { try geometry.check(line, named: "line.png") }
        #expect(error?.description.hasPrefix("line.png: size: is 1 x 1000000, so thin") == true)
        try ImageGeometry.squash(height: 224, width: 224).check(line, named: "line.png")
        try geometry.check(
            DecodedImage(pixels: [UInt8](repeating: 0, count: 2000), height: 2000, width: 1, channels: 1), named: "x")
    }

    /// Statistics of many draws for one size of image.
    private func draws(
        height: Int, width: Int, count: Int = 40_000
    ) -> (area: [Double], ratio: [Double], top: Double, left: Double) {
        let geometry = ImageGeometry.randomResizedCrop(height: 8, width: 8)
        let draws = SampleDraws(seed: 7, epoch: 3)
        let regions = (0..<count).map {
            geometry.region(imageHeight: height, imageWidth: width, index: $0, draws: draws)
        }
        #expect(
            regions.allSatisfy {
                $0.top >= 0 && $0.left >= 0 && $0.height > 0 && $0.width > 0 && $0.top + $0.height <= height
                    && $0.left + $0.width <= width
            })
        return (
            regions.map { Double($0.height * $0.width) / Double(height * width) },
            regions.map { log(Double($0.width) / Double($0.height)) },
            regions.reduce(0) { $0 + Double($1.top) } / Double(count),
            regions.reduce(0) { $0 + Double($1.left) } / Double(count)
        )
    }

    private func moments(_ values: [Double]) -> (mean: Double, deviation: Double) {
        let mean = values.reduce(0, +) / Double(values.count)
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
        return (mean, variance.squareRoot())
    }

    // torchvision 0.28, torch.manual_seed(0), 100,000 and 40,000 draws of
    //   RandomResizedCrop.get_params(torch.zeros(3, h, w), [0.08, 1], [3/4, 4/3])
    // mean and deviation of area / (h w) and of log(width / height), mean of top and left. The tolerances are five
    // standard errors of both samples.
    @Test func cropsFollowTorchvisionsLaw() {
        let photograph = draws(height: 334, width: 500)
        expectEqual(moments(photograph.area).mean, 0.39067, absolute: 0.006, "area")
        expectEqual(moments(photograph.area).deviation, 0.19115, absolute: 0.004, "deviation of the area")
        expectEqual(moments(photograph.ratio).mean, 0.03075, absolute: 0.005, "ratio")
        expectEqual(moments(photograph.ratio).deviation, 0.16396, absolute: 0.003, "deviation of the ratio")
        expectEqual(photograph.top, 45.790, absolute: 1.3, "top")
        expectEqual(photograph.left, 123.544, absolute: 2.7, "left")
        // So long that ten attempts often fail and the middle is taken.
        let strip = draws(height: 100, width: 1000)
        expectEqual(moments(strip.area).mean, 0.12511, absolute: 0.0006, "area of a strip")
        expectEqual(moments(strip.ratio).mean, 0.24922, absolute: 0.0032, "ratio of a strip")
        expectEqual(strip.top, 0.815, absolute: 0.15, "top of a strip")
    }

    // The area's quantiles 0.1, 0.5 and 0.9 of the same draws, 334 x 500.
    @Test func areasAreSpreadAsTorchvisions() {
        let sorted = draws(height: 334, width: 500).area.sorted()
        for (share, expected) in [(0.1, 0.13946), (0.5, 0.38019), (0.9, 0.65744)] {
            expectEqual(sorted[Int(share * Double(sorted.count))], expected, absolute: 0.009, "quantile \(share)")
        }
    }

    @Test func aSliverIsCropped() {
        // The middle of one pixel's width has rounded sides of at least one pixel.
        for (height, width) in [(1, 1), (1, 500), (500, 1), (2, 3)] {
            _ = draws(height: height, width: width, count: 200)
        }
    }

    @Test func aCropDependsOnSeedEpochAndIndex() {
        let geometry = ImageGeometry.randomResizedCrop(height: 8, width: 8)
        func region(_ seed: UInt64, _ epoch: Int, _ index: Int) -> PixelRegion {
            geometry.region(
                imageHeight: 300, imageWidth: 400, index: index, draws: SampleDraws(seed: seed, epoch: epoch))
        }
        #expect(region(1, 2, 3) == region(1, 2, 3))
        #expect(region(1, 2, 3) != region(0, 2, 3))
        #expect(region(1, 2, 3) != region(1, 3, 3))
        #expect(region(1, 2, 3) != region(1, 2, 4))
    }

    @Test func mistakesTrap() async {
        let crop = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = ImageGeometry.evaluation(resize: 20, crop: 21)
        }
        expectTrap(crop, saying: "ImageGeometry.evaluation", "at most 20 x 20", "21 x 21")
        let area = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = ImageGeometry.randomResizedCrop(height: 8, width: 8, area: 0...1)
        }
        expectTrap(area, saying: "ImageGeometry.randomResizedCrop", "areas above 0", "0.0...1.0")
        let size = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = ImageGeometry.squash(height: 0, width: 8)
        }
        expectTrap(size, saying: "ImageGeometry", "at least 1 x 1", "0 x 8")
    }
}

extension ImageGeometry {
    /// The result of a part as a tensor `[H, W, C]`.
    fileprivate func pixels(of part: DecodedImage) -> Tensor {
        var bytes = [UInt8](repeating: 0, count: height * width * part.channels)
        bytes.withUnsafeMutableBytes { write(part, to: $0) }
        return Tensor(bytes, shape: [height, width, part.channels])
    }
}
