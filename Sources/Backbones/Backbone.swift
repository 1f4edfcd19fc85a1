public import NeuralNetwork

/// A network that makes embeddings `[N, D]` of images `[N, C, H, W]`.
public protocol Backbone: Layer {
    /// D, the length of an embedding.
    var embedding: Int { get }
}
