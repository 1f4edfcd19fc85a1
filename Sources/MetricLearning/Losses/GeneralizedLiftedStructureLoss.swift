public import NeuralNetwork
import Torch

/// Sets the sum over an anchor's positives against the sum over its negatives.
///
/// `L_i = [log sum_p e^(d_ip - positiveMargin) + log sum_n e^(negativeMargin - d_in)]+`, 0 for an anchor without either; L reduces
/// `L_i` over all anchors. Hermans et al., "In Defense of the Triplet Loss for Person Re-Identification", 2017. It uses
/// all of a batch, where ``LiftedStructureLoss`` visits each positive pair by itself.
public final class GeneralizedLiftedStructureLoss: Module, PairLoss {
    private let positiveMargin: Double
    private let negativeMargin: Double
    private let distance: any Distance
    private let reducer: any Reducer
    private let miner: (any Miner)?

    /// Creates the loss.
    ///
    /// - Parameters:
    ///   - positiveMargin: in the unit of the distance.
    ///   - negativeMargin: in the unit of the distance.
    ///   - distance: how far apart embeddings are, or how alike, negated.
    ///   - reducer: over the anchors.
    ///   - miner: chooses the pairs; nil for all.
    public init(
        positiveMargin: Double = 0, negativeMargin: Double = 1, distance: any Distance = EuclideanDistance(),
        reducer: any Reducer = MeanReducer(), miner: (any Miner)? = nil
    ) {
        self.positiveMargin = positiveMargin
        self.negativeMargin = negativeMargin
        self.distance = distance
        self.reducer = reducer
        self.miner = miner
    }

    /// The loss of what is compared.
    public func loss(_ comparison: Comparison) -> Loss {
        let chosen = comparison.keeping(miner)
        let sign: Double = distance.largerMeansCloser ? -1 : 1
        let distances = distance.farness(chosen.anchors, chosen.others)
        let near = (distances - sign * positiveMargin).logarithmOfSumOfExponentials(where: chosen.positives)
        let far = (-distances + sign * negativeMargin).logarithmOfSumOfExponentials(where: chosen.negatives)
        let losses = (near + far).relu()
        return Loss(reducer(losses))
    }
}
