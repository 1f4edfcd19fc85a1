import MetricLearning
import NeuralNetwork
import Randomness
import Testing
import TestSupport
import Torch

@Suite(.noLeaks) struct MinerTests {
    private static func miners() -> [any Miner] {
        var generator = SeededGenerator(seed: 1)
        let choices = BatchEasyHardMiner.Choice.allCases
        let pairs = choices.flatMap { first in choices.map { (first, $0) } }.filter { first, second in
            ![first, second].contains(.semiHard) || [first, second].contains(.easiest)
                || [first, second].contains(.hardest)
        }
        return pairs.map { BatchEasyHardMiner(positives: $0.0, negatives: $0.1) } + [
            BatchHardMiner(distance: CosineSimilarity()), SemiHardMiner(), SemiHardMiner(selection: .closest),
            DistanceWeightedMiner(using: &generator), MultiSimilarityMiner(), AngularMiner(),
        ]
    }

    private func batch(_ count: Int, classes: Int, seed: UInt64) -> (embeddings: Tensor, labels: Tensor) {
        var generator = SeededGenerator(seed: seed)
        let embeddings = Tensor.normal([count, 3], dtype: .float64, using: &generator)
        return (embeddings, Tensor((0..<count).map { _ in Int64(generator.index(below: classes)) }))
    }

    private func numbers(_ pairs: IndexPairs) -> [(Int, Int)] {
        Array(zip(pairs.anchors.array(of: Int.self), pairs.others.array(of: Int.self)))
    }

    private func pairs(_ mined: MinedIndices) -> (positives: [(Int, Int)], negatives: [(Int, Int)]) {
        switch mined {
        case .pairs(let positives, let negatives): (numbers(positives), numbers(negatives))
        case .triplets(let triplets): (numbers(triplets.positivePairs), numbers(triplets.negativePairs))
        }
    }

    /// Whatever is chosen is a pair of the kind that it is called.
    @Test func chosenPairsAreOfTheirKind() {
        for miner in Self.miners() {
            for seed in 0..<20 as Range<UInt64> {
                let (embeddings, labels) = batch(9, classes: 3, seed: seed)
                let classes = labels.array(of: Int.self)
                let found = pairs(miner.mine(embeddings, labels))
                #expect(found.positives.allSatisfy { $0 != $1 && classes[$0] == classes[$1] })
                #expect(found.negatives.allSatisfy { classes[$0] != classes[$1] })
            }
        }
    }

    @Test func nothingToChooseFrom() {
        for miner in Self.miners() {
            for labels in [[], [0], [0, 1, 2]] as [[Int64]] {
                let found = pairs(miner.mine(.ones([labels.count, 3]), Tensor(labels)))
                #expect(found.positives.isEmpty)
            }
            #expect(pairs(miner.mine(.ones([3, 3]), Tensor([1, 1, 1] as [Int64]))).negatives.isEmpty)
        }
    }

    @Test func minersRecordNothing() {
        let (embeddings, labels) = batch(8, classes: 2, seed: 1)
        for miner in Self.miners() {
            expectNoLeaks { _ = miner.mine(embeddings.clone().requiringGradient(), labels) }
        }
    }

    /// The closest is one of every, for each pair that has any, and no other is closer.
    @Test func theClosestSemiHardNegative() {
        let (embeddings, labels) = batch(12, classes: 3, seed: 2)
        let distances = EuclideanDistance().pairwise(embeddings, embeddings).array(of: Double.self)
        func triplets(_ selection: SemiHardMiner.Selection) -> [[Int]: [Double]] {
            guard
                case .triplets(let found) = SemiHardMiner(margin: 0.5, selection: selection).mine(embeddings, labels)
            else { return [:] }
            let list = zip(numbers(found.positivePairs), found.negatives.array(of: Int.self))
            return Dictionary(grouping: list) { [$0.0.0, $0.0.1] }
                .mapValues { $0.map { distances[$0.0.0 * 12 + $0.1] } }
        }
        #expect(!triplets(.every).isEmpty)
        #expect(triplets(.closest) == triplets(.every).mapValues { [$0.min() ?? .nan] })
    }

    /// One negative for every positive pair, as often as its chance says: 4 standard errors of 3,000 draws.
    @Test func drawsFollowTheChances() {
        var generator = SeededGenerator(seed: 3)
        let miner = DistanceWeightedMiner(using: &generator)
        let (embeddings, labels) = batch(10, classes: 2, seed: 3)
        let comparison = Comparison(embeddings, labels)
        let chances = miner.chances(comparison).array(of: Double.self)
        let positivePairs = Int(comparison.positives.sum().item())
        var counts = [Int](repeating: 0, count: 100)
        var perAnchor = [Int](repeating: 0, count: 10)
        for _ in 0..<600 {
            let drawn = pairs(miner.mine(comparison)).negatives
            #expect(drawn.count == positivePairs)
            for (anchor, negative) in drawn {
                counts[anchor * 10 + negative] += 1
                perAnchor[anchor] += 1
            }
        }
        for index in counts.indices {
            let draws = Double(max(1, perAnchor[index / 10]))
            let error = (chances[index] * (1 - chances[index]) / draws).squareRoot()
            let share = Double(counts[index]) / draws
            if perAnchor[index / 10] > 0 { expectEqual(share, chances[index], absolute: 4 * error + 1e-3) }
        }
    }

    @Test func drawsAreAFunctionOfTheSeed() {
        var generator = SeededGenerator(seed: 4)
        let miner = DistanceWeightedMiner(using: &generator)
        let (embeddings, labels) = batch(30, classes: 3, seed: 4)
        func draw(_ seed: UInt64) -> [Int] {
            miner.reseed(seed)
            return pairs(miner.mine(embeddings, labels)).negatives.map(\.1)
        }
        #expect(draw(1) == draw(1))
        #expect(draw(1) != draw(2))
    }

    /// Duplicates lie at the distance 0, where the formula's weight would be infinite.
    @Test func weightsOfDuplicatesAndOppositesAreFinite() {
        var generator = SeededGenerator(seed: 5)
        let miner = DistanceWeightedMiner(using: &generator)
        let row = Tensor.normal([1, 200], using: &generator)
        let embeddings = Tensor.concatenated([row, row, -row, -row, .zeros([1, 200])])
        let chances = miner.chances(Comparison(embeddings, Tensor([0, 1, 0, 1, 2] as [Int64])))
        #expect(chances.isAllFinite)
        expectEqual(chances.sum(along: [1]), .ones([5]), absolute: 1e-6)
    }

    @Test func impossibleSettingsTrap() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = BatchEasyHardMiner(positives: .semiHard, negatives: .semiHard)
        }
        expectTrap(result, saying: "BatchEasyHardMiner: expected easiest or hardest beside semiHard")
        let angle = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = AngularMiner(angle: .degrees(90))
        }
        expectTrap(angle, saying: "AngularMiner: expected an angle between 0 and 90 degrees")
    }
}
