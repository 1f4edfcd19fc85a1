public import NeuralNetwork
import Torch

/// Weighs each pair by its similarity, and by how that compares with the anchor's other pairs.
///
/// `L_i = 1/a log(1 + sum_p e^(-a (s_ip - base))) + 1/b log(1 + sum_n e^(b (s_in - base)))` over the positives p and negatives n of i;
/// L reduces `L_i` over all anchors. Wang et al., "Multi-Similarity Loss with General Pair Weighting", CVPR 2019, whose
/// code has a = 2, b = 50, base = 0.5; the paper mines with ``MultiSimilarityMiner`` first. Among the best for retrieval of
/// fine-grained classes.
public final class MultiSimilarityLoss: Module, PairLoss {
    private let positiveScale: Double
    private let negativeScale: Double
    private let base: Double
    private let distance: any Distance
    private let reducer: any Reducer
    private let miner: (any Miner)?

    /// Creates the loss.
    ///
    /// - Parameters:
    ///   - positiveScale: a, positive.
    ///   - negativeScale: b, positive.
    ///   - base: the similarity around which weights turn.
    ///   - distance: s, or its negative.
    ///   - reducer: over the anchors.
    ///   - miner: chooses the pairs; nil for all.
    public init(
        positiveScale: Double = 2, negativeScale: Double = 50, base: Double = 0.5,
        distance: any Distance = CosineSimilarity(), reducer: any Reducer = MeanReducer(), miner: (any Miner)? = nil
    ) {
        require(
            positiveScale > 0 && negativeScale > 0,
            "MultiSimilarityLoss: expected positive scales, got \(positiveScale) and \(negativeScale)")
        self.positiveScale = positiveScale
        self.negativeScale = negativeScale
        self.base = base
        self.distance = distance
        self.reducer = reducer
        self.miner = miner
    }

    /// The loss of what is compared.
    public func loss(_ comparison: Comparison) -> Loss {
        let chosen = comparison.keeping(miner)
        let above = distance.closeness(chosen.anchors, chosen.others) - base
        // log(1 + sum e^x) is the softplus of log(sum e^x).
        let positive = (above * -positiveScale).logarithmOfSumOfExponentials(where: chosen.positives).softplus()
        let negative = (above * negativeScale).logarithmOfSumOfExponentials(where: chosen.negatives).softplus()
        let losses = positive / positiveScale + negative / negativeScale
        return Loss(reducer(losses))
    }
}
