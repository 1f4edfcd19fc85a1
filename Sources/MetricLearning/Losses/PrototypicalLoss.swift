public import NeuralNetwork
public import Torch

/// Wants each query nearest to the prototype of its class, the mean of the class's support.
///
/// `L = reduce over queries q of -log softmax_c(-d(q, prototype_c))[y_q]`, with squared Euclidean distances of plain embeddings. Snell et al.,
/// "Prototypical Networks for Few-shot Learning", NIPS 2017. Of each class in the batch the first `shots` samples
/// are the support and the rest queries, the order in which ``EpisodicSampler`` gives them; a class of no more than that has
/// a prototype and no query. The paper trains with more classes in an episode than it tests with, and as many shots.
public final class PrototypicalLoss: Module, EmbeddingLoss {
    private let shots: Int
    private let distance: any Distance
    private let reducer: any Reducer

    /// Creates the loss.
    ///
    /// - Parameters:
    ///   - shots: the samples of each class that its prototype is made of.
    ///   - distance: from queries to prototypes.
    ///   - reducer: over the queries.
    public init(
        shots: Int, distance: any Distance = SquaredEuclideanDistance(normalized: false),
        reducer: any Reducer = MeanReducer()
    ) {
        require(shots > 0, "PrototypicalLoss: expected a positive number of shots, got \(shots)")
        self.shots = shots
        self.distance = distance
        self.reducer = reducer
    }

    /// The loss of embeddings `[N, D]` with labels `[N]` int64, any whole numbers; 0 without queries.
    public func callAsFunction(_ embeddings: Tensor, _ labels: Tensor) -> Loss {
        withPrecision(.fp32, on: embeddings.device) {
            let batch = Comparison(embeddings, labels)
            guard labels.count > 0 else { return Loss(batch.anchors.sum()) }
            let same = labels.unsqueezed(1).equals(labels.unsqueezed(0))
            // The how manieth of its class each sample is, from 1.
            let rank = same.cumulativeSum(along: 1).diagonal()
            let isSupport = rank .<= Double(shots)
            let firsts = (rank .<= 1).nonzeroIndices().selected(0, along: 1)
            let members = same.gathered(firsts)
            let support = (members .& isSupport.unsqueezed(0)).to(batch.anchors.dtype)
            let prototypes = support.matrixProduct(batch.anchors) / support.sum(along: [1], keeping: true)
            let logits = distance.closeness(batch.anchors, prototypes)
            let losses = -logits.logarithmOfSoftmax(along: 1).kept(where: members.transposed()).sum(along: [1])
            return Loss(reducer(losses, where: .!isSupport))
        }
    }
}
