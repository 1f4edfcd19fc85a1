import Foundation
import MetricLearning
import Randomness
import Testing
import TestSupport
import Torch

@Suite(.noLeaks) struct TripletMarginLossTests {
    private struct Draw {
        let embeddings: Tensor
        let labels: [Int64]

        init(count: Int, classes: Int) {
            var generator = SeededGenerator(seed: 5)
            embeddings = .normal([count, 4], dtype: .float64, using: &generator)
            labels = (0..<count).map { Int64($0 % classes) }
        }

        /// Every triplet, listed one by one.
        var triplets: Tensor {
            let all = labels.indices.flatMap { a in
                labels.indices.filter { $0 != a && labels[$0] == labels[a] }.flatMap { p in
                    labels.indices.filter { labels[$0] != labels[a] }.flatMap { n in [Int64(a), Int64(p), Int64(n)] }
                }
            }
            return Tensor(all, shape: [all.count / 3, 3])
        }
    }

    enum Form: CaseIterable, Sendable {
        case hard, smooth, swap, smoothSwap

        func loss(_ reducer: any Reducer, _ miner: (any Miner)? = nil) -> TripletMarginLoss {
            TripletMarginLoss(
                margin: 0.3, smooth: self == .smooth || self == .smoothSwap, swap: self == .swap || self == .smoothSwap,
                reducer: reducer, miner: miner)
        }
    }

    /// 130 samples of two classes are a million triplets, more than one part holds; their slopes are worked out by hand there,
    /// while listed triplets are differentiated automatically.
    @Test(arguments: Form.allCases) func allTripletsAreTheListedOnes(form: Form) throws {
        for (draw, reducer) in [
            (Draw(count: 130, classes: 2), NonZeroMeanReducer() as any Reducer),
            (Draw(count: 12, classes: 3), SumReducer()), (Draw(count: 13, classes: 4), MeanReducer()),
        ] {
            let (whole, listed) = (
                draw.embeddings.clone().requiringGradient(), draw.embeddings.clone().requiringGradient()
            )
            let labels = Tensor(draw.labels)
            let found = form.loss(reducer)(whole, labels)
            let expected = form.loss(reducer, GivenTriplets(triplets: draw.triplets))(listed, labels)
            found.backward()
            expected.backward()
            expectEqual(found.value.item(), expected.value.item(), relative: 1e-12)
            expectEqual(
                try #require(whole.gradient), try #require(listed.gradient), absolute: 1e-11, relative: 1e-9)
        }
    }

    /// With others that are not the anchors: against triplets picked by hand.
    @Test func swapAmongOthers() {
        let anchors = Tensor([1.0, 0], shape: [1, 2])
        let others = Tensor([0, 1.0, 0, 2, 3, 0], shape: [3, 2])
        let comparison = Comparison(
            anchors, Tensor([0] as [Int64]), with: others, Tensor([0, 1, 1] as [Int64]))
        func value(_ swap: Bool) -> Double {
            TripletMarginLoss(
                margin: 1, swap: swap, distance: EuclideanDistance(normalized: false), reducer: SumReducer()
            ).loss(comparison).value.item()
        }
        // d_ap = sqrt 2; d_an = sqrt 5 and 2; d_pn = 1 and sqrt 10.
        expectEqual(value(false), 2 * sqrt(2) + 2 - sqrt(5) - 2, relative: 1e-15)
        expectEqual(value(true), 2 * sqrt(2) + 2 - 1 - 2, relative: 1e-15)
    }

    /// Pairs of a miner make all triplets of their anchor.
    @Test func pairsMakeTriplets() {
        struct Pairs: Miner {
            func mine(_ comparison: Comparison) -> MinedIndices {
                .pairs(
                    positives: IndexPairs(anchors: Tensor([0, 1] as [Int64]), others: Tensor([1, 0] as [Int64])),
                    negatives: IndexPairs(anchors: Tensor([0, 0, 3] as [Int64]), others: Tensor([2, 3, 0] as [Int64])))
            }
        }
        let draw = Draw(count: 4, classes: 1)
        let labels = Tensor([0, 0, 1, 2] as [Int64])
        let listed = GivenTriplets(triplets: Tensor([0, 1, 2, 0, 1, 3] as [Int64], shape: [2, 3]))
        expectEqual(
            TripletMarginLoss(margin: 2, miner: Pairs())(draw.embeddings, labels).value.item(),
            TripletMarginLoss(margin: 2, miner: listed)(draw.embeddings, labels).value.item(), relative: 1e-14)
    }
}
