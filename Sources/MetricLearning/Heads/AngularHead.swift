public import Torch

/// A head that compares directions: each class has one vector, of which only the direction counts.
///
/// Regularisers of those directions, ``IntraLoss`` and ``InterLoss``, are made with such a head.
public protocol AngularHead: ClassifierHead {
    /// The class vectors `[C, D]`, each of length 1; gradients flow through them to the head.
    var classVectors: Tensor { get }
}
