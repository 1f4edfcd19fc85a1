public import NeuralNetwork
public import Torch

/// Takes each class's proxy as an anchor, and weighs the batch's embeddings by how hard they are for it.
///
/// With cosines s, scale a and margin d:
/// `L = 1/|P+| sum_{p in P+} log(1 + sum_{x of p} e^(-a (s_xp - d))) + 1/C sum_p log(1 + sum_{x not of p} e^(a (s_xp + d)))`, where P+ are the
/// proxies of the classes in the batch. Kim et al., "Proxy Anchor Loss for Deep Metric Learning", CVPR 2020, with a = 32 and
/// d = 0.1. Proxies want a learning rate about a hundred times that of the network. Fast and strong for retrieval.
public final class ProxyAnchorLoss: Module, EmbeddingLoss {
    private let proxies: Parameter
    private let scale: Double
    private let margin: Double

    /// Creates proxies drawn from a normal distribution of variance 2 / C. He et al., ICCV 2015, counting outputs.
    ///
    /// - Parameters:
    ///   - classes: C.
    ///   - embedding: D, the length of an embedding.
    ///   - scale: a, positive.
    ///   - margin: d, a cosine.
    ///   - generator: gives the seeds of the first values.
    public init(
        classes: Int, embedding: Int, scale: Double = 32, margin: Double = 0.1,
        using generator: inout some RandomNumberGenerator
    ) {
        require(
            classes > 0 && embedding > 0 && scale > 0,
            "ProxyAnchorLoss: expected positive numbers, got \(classes) classes, embedding \(embedding), "
                + "scale \(scale)")
        let deviation = (2 / Double(classes)).squareRoot()
        proxies = Parameter(.normal([classes, embedding], deviation: deviation, using: &generator))
        self.scale = scale
        self.margin = margin
    }

    /// The loss of embeddings `[N, D]` with labels `[N]` int64 in `0..<C`; 0 for an empty batch.
    public func callAsFunction(_ embeddings: Tensor, _ labels: Tensor) -> Loss {
        let classes = proxies.tensor.size(0)
        labels.checkLabels(for: embeddings, dimension: proxies.tensor.size(1), classes: classes, "ProxyAnchorLoss")
        return withPrecision(.fp32, on: embeddings.device) {
            let cosines = CosineSimilarity().pairwise(proxies.tensor, embeddings.to(proxies.tensor.dtype))
            let isOwn = labels.membership(classes: classes).transposed()
            // log(1 + sum e^x) is the softplus of log(sum e^x), which is 0 for a proxy without embeddings.
            let near = ((cosines - margin) * -scale).logarithmOfSumOfExponentials(where: isOwn).softplus()
            let far = ((cosines + margin) * scale).logarithmOfSumOfExponentials(where: .!isOwn).softplus()
            let mean = MeanReducer()
            return Loss(mean(near, where: isOwn.any(along: 1)) + mean(far))
        }
    }
}
