public import Torch

/// Chooses, of all pairs of a batch, those that are worth learning from.
///
/// Miners record nothing for gradients. On a GPU each waits for the work before it, since the number of indices must be known.
public protocol Miner {
    /// The chosen pairs or triplets; none where there is nothing to choose from.
    func mine(_ comparison: Comparison) -> MinedIndices
}

extension Miner {
    /// The chosen pairs or triplets of embeddings `[N, D]` with labels `[N]` int64.
    public func mine(_ embeddings: Tensor, _ labels: Tensor) -> MinedIndices {
        withoutGradients { withPrecision(.fp32, on: embeddings.device) { mine(Comparison(embeddings, labels)) } }
    }
}

extension Comparison {
    /// The comparison of what the miner chose, or of all when there is no miner.
    func keeping(_ miner: (any Miner)?) -> Comparison {
        miner.map { miner in keeping(withoutGradients { miner.mine(self) }) } ?? self
    }

    /// Visits all positive pairs in parts, such that a matrix of a part's pairs times all others stays small.
    func forPartsOfPositivePairs(_ body: (IndexPairs) -> Void) {
        let pairs = IndexPairs(where: positives)
        let size = max(1, (1 << 20) / max(1, others.size(0)))
        for start in stride(from: 0, to: pairs.count, by: size) {
            body(pairs[start..<min(start + size, pairs.count)])
        }
    }
}
