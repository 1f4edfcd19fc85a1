public import NeuralNetwork
public import Torch

/// A softmax over classes of several centres each.
///
/// With cosines to the K centres of class c: `S_ic = sum_k softmax_k(s_ick / gamma) s_ick`,
/// `L = reduce -log softmax(scale (S_i - margin [c = y_i]))[y_i] + regularization / (C K (K - 1)) sum_c sum_{k < l} |w_ck - w_cl|`, the last with
/// centres of length 1, which merges those that are not needed. Qian et al., "SoftTriple Loss", ICCV 2019, whose code
/// has K = 10, scale 20, gamma 0.1, margin 0.01, regularization 0.2. For classes of several looks; ``ProxyAnchorLoss`` is simpler.
public final class SoftTripleLoss: Module, EmbeddingLoss {
    private let centers: Parameter
    private let scale: Double
    private let gamma: Double
    private let margin: Double
    private let regularization: Double
    private let reducer: any Reducer

    /// Creates centres with PyTorch's default initialisation of a linear layer.
    ///
    /// - Parameters:
    ///   - classes: C.
    ///   - embedding: D, the length of an embedding.
    ///   - centersPerClass: K.
    ///   - scale: positive, a factor of the similarities.
    ///   - gamma: positive; the smaller, the more only the nearest centre counts.
    ///   - margin: a cosine.
    ///   - regularization: the weight of the distances between a class's centres, from 0.
    ///   - reducer: over the embeddings.
    ///   - generator: gives the seeds of the first values.
    public init(
        classes: Int, embedding: Int, centersPerClass: Int = 10, scale: Double = 20, gamma: Double = 0.1,
        margin: Double = 0.01, regularization: Double = 0.2, reducer: any Reducer = MeanReducer(),
        using generator: inout some RandomNumberGenerator
    ) {
        require(
            classes > 0 && embedding > 0 && centersPerClass > 0 && scale > 0 && gamma > 0 && regularization >= 0,
            "SoftTripleLoss: expected positive numbers, got \(classes) classes, embedding \(embedding), "
                + "\(centersPerClass) centres, scale \(scale), gamma \(gamma), regularization \(regularization)")
        let shape = [classes, centersPerClass, embedding]
        centers = Parameter(.fanInUniform(shape, fanIn: embedding, using: &generator))
        self.scale = scale
        self.gamma = gamma
        self.margin = margin
        self.regularization = regularization
        self.reducer = reducer
    }

    /// The loss of embeddings `[N, D]` with labels `[N]` int64 in `0..<C`; for an empty batch only what the centres add.
    public func callAsFunction(_ embeddings: Tensor, _ labels: Tensor) -> Loss {
        let (classes, perClass) = (centers.tensor.size(0), centers.tensor.size(1))
        labels.checkLabels(for: embeddings, dimension: centers.tensor.size(2), classes: classes, "SoftTripleLoss")
        return withPrecision(.fp32, on: embeddings.device) {
            let cosines = CosineSimilarity().pairwise(
                embeddings.to(centers.tensor.dtype), centers.tensor.flattened(from: 0, to: 1)
            ).reshaped([embeddings.size(0), classes, perClass])
            let similarities = ((cosines / gamma).softmax(along: 2) * cosines).sum(along: [2])
            let isOwn = labels.membership(classes: classes)
            let logits = (similarities - isOwn.to(similarities.dtype) * margin) * scale
            let losses = -logits.logarithmOfSoftmax(along: 1).kept(where: isOwn).sum(along: [1])
            let value = reducer(losses)
            guard regularization > 0, perClass > 1 else { return Loss(value) }
            // Each pair of centres is in the matrix twice.
            let unit = centers.tensor.normalizedRows()
            let pairs = Double(2 * classes * perClass * (perClass - 1))
            return Loss(value + unit.euclideanDistances(to: unit).sum() * (regularization / pairs))
        }
    }
}
