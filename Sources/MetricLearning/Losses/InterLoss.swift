public import NeuralNetwork
public import Torch

/// Drives class vectors apart: `L = -(1 / (pi N (C - 1))) sum_i sum_{j != y_i} angle(W_{y_i}, W_j)`, in radians.
///
/// A class counts as often as it is in the batch, as in the paper's sum over samples. The angle of a vector with itself is left
/// out. From -1 to 0. Added to the loss of the head that it is made with; gradients reach the head alone. Deng et al.,
/// "ArcFace", CVPR 2019, eq. 6, where it is added to normalised softmax. Choose it when class vectors crowd together, as they
/// do in few dimensions.
public final class InterLoss: Module, EmbeddingLoss {
    // Not the head itself: as a part of this module it would be trained and saved twice.
    private let classVectors: () -> Tensor

    /// Creates the loss for the class vectors of `head`, which stays where it is trained.
    public init(of head: any AngularHead) {
        classVectors = { head.classVectors }
    }

    /// The loss of embeddings `[N, D]`, of which only the number counts, with labels `[N]` int64 in `0..<C`; 0 for an empty
    /// batch and for a single class.
    public func callAsFunction(_ embeddings: Tensor, _ labels: Tensor) -> Loss {
        let vectors = classVectors()
        let classes = vectors.size(0)
        labels.checkLabels(for: embeddings, dimension: vectors.size(1), classes: classes, "InterLoss")
        return withPrecision(.fp32, on: embeddings.device) {
            let cosines = vectors.gathered(labels).linear(weight: vectors, bias: nil).heldAsCosines()
            let angles = cosines.anglesOfCosines()
            let own = labels.unsqueezed(1)
            angles.put(.zeros(own.shape, dtype: angles.dtype, device: angles.device), at: own, along: 1)
            return Loss(angles.sum() / (-.pi * Double(max(1, labels.count)) * Double(max(1, classes - 1))))
        }
    }
}
