public import NeuralNetwork
public import Torch

/// A layer of class vectors that teaches embeddings to separate known classes.
///
/// A head answers two questions: its loss, with whatever margin it has, and its logits, without labels and without the
/// margin, for inference and for honest accuracy. It computes in 32 bits whatever the precision around it.
public protocol ClassifierHead: Module {
    /// C, the number of classes.
    var classes: Int { get }

    /// The mean loss of embeddings `[N, D]` with labels `[N]` int64 in `0..<C`.
    func loss(_ embeddings: Tensor, _ labels: Tensor) -> Loss

    /// The logits `[N, C]` of embeddings `[N, D]`.
    func logits(_ embeddings: Tensor) -> Tensor
}
