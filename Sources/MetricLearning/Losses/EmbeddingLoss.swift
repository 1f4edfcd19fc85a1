public import NeuralNetwork
public import Torch

/// A loss on embeddings and labels that classifies nothing; added to a head or used alone.
public protocol EmbeddingLoss: Module {
    /// The loss of embeddings `[N, D]` with labels `[N]` int64.
    func callAsFunction(_ embeddings: Tensor, _ labels: Tensor) -> Loss
}
