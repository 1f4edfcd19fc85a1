public import Torch

/// A loss made of pairs of embeddings, which may also compare a batch with embeddings from elsewhere.
///
/// It computes in 32 bits whatever the precision around it, in 64 bits for embeddings of 64. Labels are any whole numbers.
/// A batch in which nothing can be learnt, being empty, of one sample, or without the pairs that the loss needs, gives 0 with
/// a gradient of 0. An embedding that is no number makes the loss no number wherever the embedding is in a pair.
public protocol PairLoss: EmbeddingLoss {
    /// The loss of what is compared, to be called where no autocast is on.
    func loss(_ comparison: Comparison) -> Loss
}

extension PairLoss {
    /// The loss of embeddings `[N, D]` with labels `[N]` int64, each embedding compared with all others.
    public func callAsFunction(_ embeddings: Tensor, _ labels: Tensor) -> Loss {
        withPrecision(.fp32, on: embeddings.device) { loss(Comparison(embeddings, labels)) }
    }
}

extension Tensor {
    /// The logarithm of the sum of exponentials over the columns where `mask` is true, `[N, M]` to `[N]`; about -1e30 in a
    /// row without any.
    func logarithmOfSumOfExponentials(where mask: Tensor) -> Tensor {
        // A finite stand-in for minus infinity, whose derivative would be no number.
        kept(where: mask, else: -1e30).logarithmOfSumOfExponentials(along: 1)
    }
}
