import Files
import MetricLearning
import Randomness
import Testing
import TestSupport
import Torch

/// Every case of `miners.safetensors`, computed in float64 from the stored inputs.
@Suite(.noLeaks) struct MinerFixtureTests {
    private static let cases = (try? Fixture("miners"))?.cases ?? []
    private static let drawn = cases.filter { $0.settings["miner"]?.text == "distanceWeighted" }
    private static let chosen = cases.filter { $0.settings["miner"]?.text != "distanceWeighted" }

    @Test func theFixtureIsThere() {
        #expect(Self.chosen.count >= 180 && Self.drawn.count >= 12)
    }

    private func choice(_ text: String?) -> BatchEasyHardMiner.Choice {
        switch text {
        case "easy": .easiest
        case "hard": .hardest
        case "semihard": .semiHard
        default: .all
        }
    }

    private func miner(_ settings: Setting) throws -> any Miner {
        let distance = EuclideanDistance(normalized: settings["normalize"]?.bool ?? true)
        func number(_ key: String) throws -> Double { try #require(settings[key]?.number) }
        switch settings["miner"]?.text {
        case "batchHard": return BatchHardMiner(distance: distance)
        case "batchEasyHard":
            return BatchEasyHardMiner(
                positives: choice(settings["positive"]?.text), negatives: choice(settings["negative"]?.text),
                distance: distance)
        case "semiHard": return SemiHardMiner(margin: try number("margin"), distance: distance)
        case "multiSimilarity": return MultiSimilarityMiner(tolerance: try number("epsilon"))
        case "angular":
            return AngularMiner(angle: .radians(try number("angle_radians")), normalized: distance.normalized)
        default:
            throw UserFacingError("fixture", field: "miner", problem: "is unknown", remedy: "make the fixtures again")
        }
    }

    private func rows(_ lists: [Tensor]) -> Set<[Int64]> {
        let lists = lists.map { $0.array(of: Int64.self) }
        return Set(lists[0].indices.map { index in lists.map { $0[index] } })
    }

    private func rows(_ table: Tensor) -> Set<[Int64]> {
        rows((0..<table.size(1)).map { table.selected($0, along: 1) })
    }

    @Test(arguments: chosen) func chosenAreTheReferences(item: Fixture.Case) throws {
        let embeddings = try item.tensor("embeddings", as: .float64)
        let mined = try miner(item.settings).mine(embeddings, try item.tensor("labels"))
        switch mined {
        case .triplets(let triplets):
            let expected = try item.tensor("triplets")
            #expect(rows([triplets.anchors, triplets.positives, triplets.negatives]) == rows(expected))
            #expect(triplets.count == expected.size(0))
        case .pairs(let positives, let negatives):
            let (near, far) = (try item.tensor("pairs.positive"), try item.tensor("pairs.negative"))
            #expect(rows([positives.anchors, positives.others]) == rows(near) && positives.count == near.size(0))
            #expect(rows([negatives.anchors, negatives.others]) == rows(far) && negatives.count == far.size(0))
        }
    }

    /// Rows of zeros in the fixture are anchors without a near negative, which draw evenly from all of theirs.
    @Test(arguments: drawn) func chancesAreTheReferences(item: Fixture.Case) throws {
        var generator = SeededGenerator(seed: 1)
        let settings = item.settings
        let miner = DistanceWeightedMiner(
            cutoff: try #require(settings["cutoff"]?.number),
            farthest: try #require(settings["nonzero_loss_cutoff"]?.number), using: &generator)
        let comparison = Comparison(try item.tensor("embeddings", as: .float64), try item.tensor("labels"))
        let chances = miner.chances(comparison)
        let expected = try item.tensor("probabilities", as: .float64)
        expectEqual(chances.sum(along: [1]), .ones([chances.size(0)], dtype: .float64), absolute: 1e-14)
        let isDrawn = expected.sum(along: [1], keeping: true) .> 0
        expectEqual(chances.kept(where: isDrawn), expected, absolute: 1e-15, relative: 1e-11)
        let even = comparison.negatives.to(.float64)
        let undrawn = (.!isDrawn .& (even.sum(along: [1], keeping: true) .> 0))
        let share = even / even.sum(along: [1], keeping: true).clamped(min: 1)
        expectEqual(chances.kept(where: undrawn), share.kept(where: undrawn), absolute: 1e-15)
    }
}
