public import NeuralNetwork
import Torch

/// Wants every negative to be farther from an anchor than every positive, by a margin.
///
/// `L = reduce [d_ap - d_an + margin]+` over triplets of an anchor a, a positive p and a negative n; smooth,
/// `L = reduce log(1 + exp(d_ap - d_an + margin))`; with a similarity the two change places. With `swap`, the lesser of
/// `d_an` and `d_pn` is taken (Balntas et al., BMVC 2016). Schroff et al., "FaceNet", CVPR 2015, there with squared
/// distances and 0.2.
///
/// Without a miner all triplets count; they are visited in parts, so that memory stays near that of the matrix of distances
/// whatever their number. Triplets teach little once most are solved: use a miner, or a loss of many pairs at once.
public final class TripletMarginLoss: Module, PairLoss {
    private let margin: Double
    private let isSmooth: Bool
    private let swap: Bool
    private let distance: any Distance
    private let reducer: any Reducer
    private let miner: (any Miner)?

    /// Creates the loss.
    ///
    /// - Parameters:
    ///   - margin: in the unit of the distance; for angles see the other initialiser.
    ///   - smooth: whether the soft form is taken, which never quite ends.
    ///   - swap: whether the positive may stand in for the anchor.
    ///   - distance: how far apart embeddings are.
    ///   - reducer: over the triplets.
    ///   - miner: chooses triplets, or pairs of which all triplets of one anchor are made; nil for all.
    public init(
        margin: Double = 0.05, smooth: Bool = false, swap: Bool = false,
        distance: any Distance = EuclideanDistance(), reducer: any Reducer = NonZeroMeanReducer(),
        miner: (any Miner)? = nil
    ) {
        self.margin = margin
        isSmooth = smooth
        self.swap = swap
        self.distance = distance
        self.reducer = reducer
        self.miner = miner
    }

    /// Creates the loss of angles: `[theta_ap - theta_an + margin]+`. Deng et al., "ArcFace", CVPR 2019, table 4, with 0.35
    /// radians.
    public convenience init(
        angularMargin: Angle, smooth: Bool = false, swap: Bool = false,
        reducer: any Reducer = NonZeroMeanReducer(), miner: (any Miner)? = nil
    ) {
        self.init(
            margin: angularMargin.radians, smooth: smooth, swap: swap, distance: AngularDistance(), reducer: reducer,
            miner: miner)
    }

    /// The loss of what is compared.
    public func loss(_ comparison: Comparison) -> Loss {
        if let miner {
            switch withoutGradients({ miner.mine(comparison) }) {
            case .triplets(let triplets): return Loss(value(of: triplets, in: comparison))
            case .pairs(let positives, let negatives):
                return Loss(valueOfAll(comparison.keeping(.pairs(positives: positives, negatives: negatives))))
            }
        }
        return Loss(valueOfAll(comparison))
    }

    private func value(of triplets: IndexTriplets, in comparison: Comparison) -> Tensor {
        let distances = distance.farness(comparison.anchors, comparison.others)
        let flat = distances.reshaped([-1])
        let toPositive = flat.gathered(comparison.places(of: triplets.positivePairs))
        var toNegative = flat.gathered(comparison.places(of: triplets.negativePairs))
        if swap {
            let positives = comparison.others.gathered(triplets.positives)
            let negatives = comparison.others.gathered(triplets.negatives)
            let sign: Double = distance.largerMeansCloser ? -1 : 1
            toNegative = .lesser(toNegative, distance.rowwise(positives, negatives) * sign)
        }
        let losses = penalty(toPositive - toNegative + margin)
        return reducer(losses)
    }

    /// The loss over all triplets of the comparison.
    ///
    /// Automatic differentiation would keep every triplet until the way back, so the slopes are worked out here and tied
    /// to the distances alone.
    private func valueOfAll(_ comparison: Comparison) -> Tensor {
        let toOthers = distance.farness(comparison.anchors, comparison.others)
        let amongOthers =
            comparison.isWithinBatch || !swap ? toOthers : distance.farness(comparison.others, comparison.others)
        var total = TripletSlopes(comparison, toOthers, swap ? amongOthers : nil)
        withoutGradients {
            comparison.forPartsOfPositivePairs { pairs in
                let mask = comparison.negatives.gathered(pairs.anchors)
                var toNegative = toOthers.gathered(pairs.anchors)
                var isSwapped: Tensor?
                if swap {
                    let swapped = amongOthers.gathered(pairs.others)
                    isSwapped = swapped .< toNegative
                    toNegative = .lesser(toNegative, swapped)
                }
                let toPositive = toOthers.reshaped([-1]).gathered(comparison.places(of: pairs)).unsqueezed(1)
                let difference = toPositive - toNegative + margin
                let losses = penalty(difference)
                let divisor = reducer.divisor(losses, where: mask)
                total.add(
                    losses.kept(where: mask).sum(), slope(difference).kept(where: mask), pairs, isSwapped,
                    divisor: divisor)
            }
        }
        return total.tied()
    }

    private func penalty(_ difference: Tensor) -> Tensor {
        isSmooth ? difference.softplus() : difference.relu()
    }

    private func slope(_ difference: Tensor) -> Tensor {
        isSmooth ? difference.sigmoid() : (difference .> 0).to(difference.dtype)
    }
}
