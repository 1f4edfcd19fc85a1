public import NeuralNetwork
import Torch

/// Wants each positive above all negatives of its anchor, each positive by itself: InfoNCE.
///
/// `L = reduce over positive pairs (i, p) of -log(e^(s_ip / T) / (e^(s_ip / T) + sum_n e^(s_in / T)))`, with n over the negatives of
/// i. Chen et al., "A Simple Framework for Contrastive Learning", ICML 2020, for any number of positives. For views
/// of one picture as the only positives; where classes have many samples, ``SupConLoss`` lets positives compete too.
public final class NTXentLoss: Module, PairLoss {
    private let temperature: Double
    private let distance: any Distance
    private let reducer: any Reducer
    private let miner: (any Miner)?

    /// Creates the loss.
    ///
    /// - Parameters:
    ///   - temperature: T, positive; lower ones look at the hardest negatives only.
    ///   - distance: s, or its negative.
    ///   - reducer: over the positive pairs.
    ///   - miner: chooses the pairs; nil for all.
    public init(
        temperature: Double = 0.07, distance: any Distance = CosineSimilarity(), reducer: any Reducer = MeanReducer(),
        miner: (any Miner)? = nil
    ) {
        require(temperature > 0, "NTXentLoss: expected a positive temperature, got \(temperature)")
        self.temperature = temperature
        self.distance = distance
        self.reducer = reducer
        self.miner = miner
    }

    /// The loss of what is compared.
    public func loss(_ comparison: Comparison) -> Loss {
        let chosen = comparison.keeping(miner)
        let logits = distance.closeness(chosen.anchors, chosen.others) / temperature
        let negatives = logits.logarithmOfSumOfExponentials(where: chosen.negatives).unsqueezed(1)
        return Loss(reducer((negatives - logits).softplus(), where: chosen.positives))
    }
}
