public import NeuralNetwork
public import Torch

/// Classes told by the mean direction of their embeddings; it teaches nothing.
///
/// The head beside losses that need none, such as triplets, so that they too have logits and an accuracy. While training, each
/// class's mean moves towards that of its embeddings in the batch, `mean += momentum (batch mean - mean)`, both of embeddings at
/// length 1. Of many classes with few samples the means lag behind; judge such embeddings by retrieval. Mensink et al.,
/// "Distance-Based Image Classification: Generalizing to New Classes at Near-Zero Cost", TPAMI 2013, has the nearest mean.
public final class NearestMeanHead: Module, ClassifierHead {
    private let means: Buffer
    // 1 for classes of which a sample was seen.
    private let seen: Buffer
    private let momentum: Double

    /// C, the number of classes.
    public let classes: Int

    /// Creates a head that knows no class yet.
    ///
    /// - Parameters:
    ///   - classes: C.
    ///   - embedding: D, the length of an embedding.
    ///   - momentum: how far a mean moves in a step, above 0 and up to 1.
    public init(classes: Int, embedding: Int, momentum: Double = 0.1) {
        require(
            classes > 0 && embedding > 0 && momentum > 0 && momentum <= 1,
            "NearestMeanHead: expected positive numbers and a momentum up to 1, got \(classes) classes, "
                + "embedding \(embedding), momentum \(momentum)")
        self.classes = classes
        self.momentum = momentum
        means = Buffer(.zeros([classes, embedding]))
        seen = Buffer(.zeros([classes]))
    }

    /// 0, with gradients of 0, of embeddings `[N, D]` with labels `[N]` int64 in `0..<C`; moves the means while training.
    public func loss(_ embeddings: Tensor, _ labels: Tensor) -> Loss {
        labels.checkLabels(for: embeddings, dimension: means.tensor.size(1), classes: classes, "NearestMeanHead.loss")
        if isTraining && labels.count > 0 {
            withoutGradients { withPrecision(.fp32, on: embeddings.device) { move(embeddings.detached(), labels) } }
        }
        return Loss((embeddings.to(means.tensor.dtype) * 0).sum())
    }

    /// The cosines `[N, C]` of embeddings `[N, D]` with the means; -2 for a class that was never seen.
    public func logits(_ embeddings: Tensor) -> Tensor {
        ClassVectors(weight: means.tensor).cosines(embeddings).kept(where: seen.tensor .> 0, else: -2)
    }

    private func move(_ embeddings: Tensor, _ labels: Tensor) {
        let same = labels.unsqueezed(1).equals(labels.unsqueezed(0))
        let firsts = (same.cumulativeSum(along: 1).diagonal() .<= 1).nonzeroIndices().selected(0, along: 1)
        let members = same.gathered(firsts).to(means.tensor.dtype)
        let sums = members.matrixProduct(embeddings.to(means.tensor.dtype).normalizedRows())
        let batchMeans = sums / members.sum(along: [1], keeping: true)
        let present = labels.gathered(firsts)
        let old = means.tensor.gathered(present)
        let isKnown = (seen.tensor.gathered(present) .> 0).unsqueezed(1)
        means.tensor.assign((old + (batchMeans - old) * momentum).kept(where: isKnown, else: batchMeans), at: present)
        seen.tensor.assign(.ones(present.shape, dtype: seen.tensor.dtype, device: present.device), at: present)
    }
}
