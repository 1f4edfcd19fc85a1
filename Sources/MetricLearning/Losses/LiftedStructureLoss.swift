public import NeuralNetwork
public import Torch

/// Sets each positive pair against all negatives of both its ends.
///
/// `L = reduce over positive pairs (i, j) of 1/2 [J_ij]+^2`,
/// `J_ij = log(sum_n e^(negativeMargin - d_in) + sum_n e^(negativeMargin - d_jn)) + d_ij - positiveMargin` with n over the negatives of
/// each; 0 for a pair whose ends have no negatives. Song et al., "Deep Metric Learning via Lifted Structured Feature
/// Embedding", CVPR 2016, there with plain Euclidean distances. A forerunner, for comparison; ``MultiSimilarityLoss``
/// follows the same thought further.
public final class LiftedStructureLoss: Module, EmbeddingLoss {
    private let positiveMargin: Double
    private let negativeMargin: Double
    private let distance: any Distance
    private let reducer: any Reducer

    /// Creates the loss.
    ///
    /// - Parameters:
    ///   - positiveMargin: in the unit of the distance.
    ///   - negativeMargin: in the unit of the distance.
    ///   - distance: how far apart embeddings are, or how alike, negated.
    ///   - reducer: over the positive pairs, each of which counts in both directions.
    public init(
        positiveMargin: Double = 0, negativeMargin: Double = 1, distance: any Distance = EuclideanDistance(),
        reducer: any Reducer = MeanReducer()
    ) {
        self.positiveMargin = positiveMargin
        self.negativeMargin = negativeMargin
        self.distance = distance
        self.reducer = reducer
    }

    /// The loss of embeddings `[N, D]` with labels `[N]` int64.
    public func callAsFunction(_ embeddings: Tensor, _ labels: Tensor) -> Loss {
        withPrecision(.fp32, on: embeddings.device) {
            let pairs = Comparison(embeddings, labels)
            let sign: Double = distance.largerMeansCloser ? -1 : 1
            let distances = distance.farness(pairs.anchors, pairs.others)
            let negatives = (-distances + sign * negativeMargin).logarithmOfSumOfExponentials(where: pairs.negatives)
            let joint =
                Tensor.logarithmOfSumOfExponentials(negatives.unsqueezed(1), negatives.unsqueezed(0))
                + distances - sign * positiveMargin
            return Loss(reducer(joint.relu().squared() * 0.5, where: pairs.positives))
        }
    }
}
