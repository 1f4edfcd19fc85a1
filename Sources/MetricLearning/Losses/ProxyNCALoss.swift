public import NeuralNetwork
public import Torch

/// Draws each embedding to the proxy of its class, and away from those of all others.
///
/// With squared Euclidean distances d of normalised embeddings and proxies, 0...4:
/// `L_i = -log(e^(-scale d_iy) / sum_j e^(-scale d_ij))`, with j over all classes or, in the paper, over all but y. Movshovitz-Attias et al., "No
/// Fuss Distance Metric Learning using Proxies", ICCV 2017, with a scale of 1, which learns slowly; 8 to 14 do well.
/// Proxies want a learning rate about a hundred times that of the network. For many classes of few samples, without mining.
public final class ProxyNCALoss: Module, EmbeddingLoss {
    /// Which proxies the sum goes over.
    public enum Denominator: String, Sendable, CaseIterable, Codable {
        /// All, so that the loss is a cross entropy and never negative.
        case allProxies
        /// All but that of the class, as in the paper: the loss has no lower bound of 0. With one class it is 0.
        case otherProxies
    }

    private let proxies: Parameter
    private let scale: Double
    private let denominator: Denominator
    private let reducer: any Reducer

    /// Creates proxies drawn from the standard normal distribution.
    ///
    /// - Parameters:
    ///   - classes: C.
    ///   - embedding: D, the length of an embedding.
    ///   - scale: positive, a factor of the distances.
    ///   - denominator: which proxies the sum goes over.
    ///   - reducer: over the embeddings.
    ///   - generator: gives the seeds of the first values.
    public init(
        classes: Int, embedding: Int, scale: Double = 1, denominator: Denominator = .allProxies,
        reducer: any Reducer = MeanReducer(), using generator: inout some RandomNumberGenerator
    ) {
        require(
            classes > 0 && embedding > 0 && scale > 0,
            "ProxyNCALoss: expected positive numbers, got \(classes) classes, embedding \(embedding), scale \(scale)")
        proxies = Parameter(.normal([classes, embedding], using: &generator))
        self.scale = scale
        self.denominator = denominator
        self.reducer = reducer
    }

    /// The loss of embeddings `[N, D]` with labels `[N]` int64 in `0..<C`; 0 for an empty batch.
    public func callAsFunction(_ embeddings: Tensor, _ labels: Tensor) -> Loss {
        let classes = proxies.tensor.size(0)
        labels.checkLabels(for: embeddings, dimension: proxies.tensor.size(1), classes: classes, "ProxyNCALoss")
        return withPrecision(.fp32, on: embeddings.device) {
            let distances = SquaredEuclideanDistance().pairwise(embeddings.to(proxies.tensor.dtype), proxies.tensor)
            let logits = distances * -scale
            let isOwn = labels.membership(classes: classes)
            let own = logits.kept(where: isOwn).sum(along: [1])
            let isSummed = denominator == .allProxies ? isOwn .| .!isOwn : .!isOwn
            let losses = logits.logarithmOfSumOfExponentials(where: isSummed) - own
            return Loss(reducer(losses, where: isSummed.any(along: 1)))
        }
    }
}

extension Tensor {
    /// Whether each label of `[N]` int64 is each class: `[N, C]` bool.
    func membership(classes: Int) -> Tensor {
        unsqueezed(1).equals(.arange(classes, device: device).unsqueezed(0))
    }
}
