import Datasets
import Testing
import TestSupport
import Torch

@testable import Images

/// Batched augmentation beside torchvision's, one image at a time with the same parameters.
@Suite(.noLeaks) struct AugmentationTests {
    private static let batches = TransformFixture.cases(of: "batch")
    private static let jitters = TransformFixture.cases(of: "jitter")

    @Test func theFixtureIsThere() {
        #expect(Self.batches.count == 2 && Self.jitters.count == 2)
    }

    @Test(arguments: batches) func batchesAreTorchvisions(item: Fixture.Case) throws {
        let fill = try #require(item.settings["fill"]?.text.flatMap(PaddedCrop.Fill.init))
        let tops = try item.list("tops", \.integer)
        let lefts = try item.list("lefts", \.integer)
        let rectangles = try item.list("erased", \.list).map { sides -> PixelRegion? in
            let sides = sides.compactMap(\.integer)
            return sides.isEmpty ? nil : PixelRegion(top: sides[0], left: sides[1], height: sides[2], width: sides[3])
        }
        let normalization = PixelNormalization(
            mean: try item.list("mean", \.number), deviation: try item.list("deviation", \.number))
        let cropped = PaddedCrop(padding: try item.integer("padding"), fill: fill)
            .apply(try item.tensor("images").pixelRows, Array(zip(tops, lefts)).map { (top: $0.0, left: $0.1) })
        let flipped = HorizontalFlip().apply(cropped, try item.list("flips", \.bool))
        let found = RandomErasing().apply(normalization.apply(flipped, whole: 255), rectangles).channelPlanes
        // Both are a few roundings of float32 about values up to 2.
        expectEqual(found, try item.tensor("output"), absolute: 2e-6)
        #expect(found.isContiguous(.channelsLast))
    }

    @Test(arguments: jitters) func colorsAreTorchvisions(item: Fixture.Case) throws {
        let names: [String: ColorJitter.Change] = [
            "brightness": .brightness, "contrast": .contrast, "saturation": .saturation, "hue": .hue,
        ]
        let plans = try item.list("plans", \.list).map { steps in
            try steps.map { step in
                let change = try #require(step["change"]?.text.flatMap { names[$0] })
                return (change: change, amount: try #require(step["amount"]?.number))
            }
        }
        let found = ColorJitter.apply(try item.tensor("images"), plans)
        // A hue is a quotient by the spread of the channels, so a few roundings more.
        expectEqual(found, try item.tensor("output"), absolute: 5e-6)
    }

    /// Images whose every pixel tells its place.
    private func images(_ count: Int, channels: Int = 3, height: Int = 12, width: Int = 10) -> Tensor {
        let size = height * width * channels
        let pixels = (0..<count * size).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 7) }
        return Tensor(pixels, shape: [count, height, width, channels]).permuted([0, 3, 1, 2])
    }

    private let everything = Augmentation(
        crop: PaddedCrop(padding: 2), flip: HorizontalFlip(),
        jitter: ColorJitter(brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1), normalization: .imageNet,
        erasing: RandomErasing())

    @Test func samplesDrawAlikeAnywhereInABatch() {
        let images = images(6)
        let draws = SampleDraws(seed: 5, epoch: 2)
        let whole = everything(images, indices: [40, 41, 42, 43, 44, 45], draws: draws)
        let order = [4, 1, 5]
        let part = everything(
            images.pixelRows.gathered(Tensor(order.map(Int64.init))).channelPlanes, indices: order.map { 40 + $0 },
            draws: draws)
        for (place, position) in order.enumerated() { expectEqual(part[place], whole[position], "image \(position)") }
        #expect(whole.isContiguous(.channelsLast) && whole.dtype == .float32)
    }

    @Test func epochsAndSeedsDiffer() {
        let images = images(6)
        func mean(_ seed: UInt64, _ epoch: Int) -> [Double] {
            everything(images, indices: Array(0..<6), draws: SampleDraws(seed: seed, epoch: epoch))
                .mean(along: [1, 2, 3]).to(.float64).array()
        }
        #expect(mean(1, 1) == mean(1, 1))
        #expect(zip(mean(1, 1), mean(1, 2)).allSatisfy { $0 != $1 })
        #expect(zip(mean(1, 1), mean(2, 1)).allSatisfy { $0 != $1 })
    }

    @Test func anOperationLeavesTheDrawsOfOthersAlone() {
        let images = images(8)
        let draws = SampleDraws(seed: 5, epoch: 2)
        let indices = Array(0..<8)
        let both = Augmentation(crop: PaddedCrop(padding: 2), flip: HorizontalFlip(), normalization: .imageNet)
        let alone = Augmentation(flip: HorizontalFlip(), normalization: .imageNet)
        let flips = HorizontalFlip().draw(indices, draws)
        #expect(Set(flips) == [true, false])
        #expect(both.flip?.draw(indices, draws) == alone.flip?.draw(indices, draws))
        let plain = PixelNormalization.imageNet(images)
        let found = alone(images, indices: indices, draws: draws)
        for index in indices {
            expectEqual(found[index], flips[index] ? plain[index].reversed(along: 2) : plain[index], "\(index)")
        }
    }

    @Test func greyImagesWork() {
        let grey = Augmentation(
            crop: PaddedCrop(padding: 2, fill: .reflection), flip: HorizontalFlip(),
            jitter: ColorJitter(brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1),
            normalization: PixelNormalization(mean: [0.13], deviation: [0.31]), erasing: RandomErasing())
        let found = grey(images(4, channels: 1), indices: [0, 1, 2, 3], draws: SampleDraws(seed: 1, epoch: 1))
        #expect(found.shape == [4, 1, 12, 10] && found.isAllFinite)
    }

    @Test func anEmptyBatchStaysEmpty() {
        let found = everything(images(0), indices: [], draws: SampleDraws(seed: 1, epoch: 1))
        #expect(found.shape == [0, 3, 12, 10])
    }

    @Test func inputsAreLeftAlone() {
        let images = images(6)
        let before: [UInt8] = images.array()
        _ = everything(images, indices: Array(0..<6), draws: SampleDraws(seed: 5, epoch: 2))
        #expect(images.array() == before)
    }

    @Test func mistakesTrap() async {
        let floats = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Augmentation(normalization: .imageNet)(
                Tensor.zeros([2, 3, 4, 4]), indices: [0, 1], draws: SampleDraws(seed: 0, epoch: 0))
        }
        expectTrap(floats, saying: "Augmentation", "[2, C, H, W] uint8", "[2, 3, 4, 4] float32")
        let means = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = PixelNormalization(mean: [0.1, 0.2], deviation: [1])(Tensor.zeros([2, 3, 4, 4], dtype: .uint8))
        }
        expectTrap(means, saying: "PixelNormalization", "1 or 3 numbers as the mean", "got 2")
        let reflection = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Augmentation(crop: PaddedCrop(padding: 4, fill: .reflection), normalization: .imageNet)(
                Tensor.zeros([1, 3, 4, 4], dtype: .uint8), indices: [0], draws: SampleDraws(seed: 0, epoch: 0))
        }
        expectTrap(reflection, saying: "PaddedCrop", "reflection by 4 pixels")
    }
}
