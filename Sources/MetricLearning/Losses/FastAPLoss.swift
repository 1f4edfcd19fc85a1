public import NeuralNetwork
import Torch

/// One minus the average precision with which an anchor finds its class, made smooth by histograms of distances.
///
/// Squared distances of normalised embeddings, 0...4, are counted into bins, each shared between the two nearest of
/// `bins + 1` centres; with counts `h_l` of all others and `h+_l` of positives, and running sums H and H+,
/// `L_i = 1 - 1/|P(i)| sum_l h+_l H+_l / H_l`, reduced over the anchors with a positive. Cakir et al., "Deep Metric Learning to
/// Rank", CVPR 2019. Optimises ranking itself; wants large batches.
public final class FastAPLoss: Module, PairLoss {
    private let bins: Int
    private let reducer: any Reducer

    /// Creates the loss.
    ///
    /// - Parameters:
    ///   - bins: from 1; more are finer, with fewer samples to learn from in each.
    ///   - reducer: over the anchors with a positive.
    public init(bins: Int = 10, reducer: any Reducer = MeanReducer()) {
        require(bins > 0, "FastAPLoss: expected a positive number of bins, got \(bins)")
        self.bins = bins
        self.reducer = reducer
    }

    /// The loss of what is compared.
    public func loss(_ comparison: Comparison) -> Loss {
        let distances = SquaredEuclideanDistance().pairwise(comparison.anchors, comparison.others)
        let pairs = comparison.positives .| comparison.negatives
        let width = 4 / Double(bins)
        let zeros = Tensor.zeros([distances.size(0)], dtype: distances.dtype, device: distances.device)
        var (positivesSoFar, allSoFar, precision) = (zeros, zeros, zeros)
        for bin in 0...bins {
            let share = (-((distances - Double(bin) * width).absolute() / width) + 1).relu()
            let positives = share.kept(where: comparison.positives).sum(along: [1])
            positivesSoFar = positivesSoFar + positives
            allSoFar = allSoFar + share.kept(where: pairs).sum(along: [1])
            // Where nothing was counted yet, no positive was either.
            let divisor = allSoFar.kept(where: .!(allSoFar .<= 0), else: 1)
            precision = precision + positives * (positivesSoFar / divisor)
        }
        let counts = comparison.positives.sum(along: [1])
        return Loss(reducer(-(precision / counts.clamped(min: 1)) + 1, where: counts .> 0))
    }
}
