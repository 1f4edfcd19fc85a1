public import NeuralNetwork
public import Torch

/// Draws embeddings towards their class vectors: `L = (1 / (pi N)) sum_i theta_i`, with theta_i the angle in radians between
/// an embedding and the vector of its class.
///
/// From 0, where all lie on their class vectors, to 1. Added to the loss of the head that it is made with; gradients reach the
/// embeddings and the head. Deng et al., "ArcFace", CVPR 2019, eq. 5, where it is added to normalised softmax with weight 1.
/// Choose it to tighten classes without a margin.
public final class IntraLoss: Module, EmbeddingLoss {
    // Not the head itself: as a part of this module it would be trained and saved twice.
    private let classVectors: () -> Tensor

    /// Creates the loss for the class vectors of `head`, which stays where it is trained.
    public init(of head: any AngularHead) {
        classVectors = { head.classVectors }
    }

    /// The loss of embeddings `[N, D]` with labels `[N]` int64 in `0..<C`; 0 for an empty batch.
    public func callAsFunction(_ embeddings: Tensor, _ labels: Tensor) -> Loss {
        let vectors = classVectors()
        labels.checkLabels(for: embeddings, dimension: vectors.size(1), classes: vectors.size(0), "IntraLoss")
        let directions = embeddings.to(vectors.dtype).normalizedRows()
        let cosines = (directions * vectors.gathered(labels)).sum(along: [1]).heldAsCosines()
        return Loss(cosines.anglesOfCosines().sum() / (.pi * Double(max(1, labels.count))))
    }
}
