public import NeuralNetwork
import Torch

/// Wants all positives of an anchor above all others, together: supervised contrastive.
///
/// `L_i = -1/|P(i)| sum_p log(e^(s_ip / T) / sum_{j != i} e^(s_ij / T))` with p over the positives of i, 0 for an anchor without
/// any; L reduces `L_i` over all anchors. Khosla et al., "Supervised Contrastive Learning", NeurIPS 2020. The authors' code has
/// T = 0.07, takes the mean over all anchors and multiplies by T over a base temperature of 0.07. A strong default for
/// batches of several samples a class.
public final class SupConLoss: Module, PairLoss {
    private let temperature: Double
    private let baseTemperature: Double?
    private let distance: any Distance
    private let reducer: any Reducer
    private let miner: (any Miner)?

    /// Creates the loss.
    ///
    /// - Parameters:
    ///   - temperature: T, positive.
    ///   - baseTemperature: positive; the loss is multiplied by T over it. Nil for no factor.
    ///   - distance: s, or its negative.
    ///   - reducer: over the anchors; the mean over those above 0 leaves out anchors without a positive.
    ///   - miner: chooses the pairs; nil for all.
    public init(
        temperature: Double = 0.1, baseTemperature: Double? = nil, distance: any Distance = CosineSimilarity(),
        reducer: any Reducer = NonZeroMeanReducer(), miner: (any Miner)? = nil
    ) {
        require(
            temperature > 0 && baseTemperature ?? 1 > 0,
            "SupConLoss: expected positive temperatures, got \(temperature) and \(baseTemperature ?? temperature)")
        self.temperature = temperature
        self.baseTemperature = baseTemperature
        self.distance = distance
        self.reducer = reducer
        self.miner = miner
    }

    /// The loss of what is compared.
    public func loss(_ comparison: Comparison) -> Loss {
        let chosen = comparison.keeping(miner)
        let logits = distance.closeness(chosen.anchors, chosen.others) / temperature
        let all = logits.logarithmOfSumOfExponentials(where: chosen.positives .| chosen.negatives).unsqueezed(1)
        let counts = chosen.positives.sum(along: [1]).clamped(min: 1)
        let losses = (all - logits).kept(where: chosen.positives).sum(along: [1]) / counts
        let value = reducer(losses)
        return Loss(baseTemperature.map { value * (temperature / $0) } ?? value)
    }
}
