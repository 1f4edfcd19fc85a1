import NeuralNetwork

extension ResNet {
    /// What makes the embedding of the last block's images.
    public enum Projection: Sendable, Hashable {
        /// The mean of each channel: 512 or 2048 features.
        case none
        /// A linear map of the channels' means to that many features, called `fc`.
        case linear(Int)
        /// The body of fast.ai's head, called `head`: the maximum and mean of each channel, batch normalisation, dropout of
        /// a quarter, a linear map to that many features (512 in fast.ai), the positive part, batch normalisation, dropout
        /// of a half.
        case concatPool(Int)

        /// The length of an embedding; nil for the network's own features.
        var embedding: Int? {
            switch self {
            case .none: nil
            case .linear(let embedding), .concatPool(let embedding): embedding
            }
        }
    }

    /// fast.ai 1.0's head without its last layer, the classifier: weights normal with the variance `2 / fanIn`, bias 0.
    static func concatPool(
        _ features: Int, _ embedding: Int, using generator: inout some RandomNumberGenerator
    ) -> Sequential {
        Sequential(
            AdaptiveConcatPool2d(), Flatten(), BatchNorm(2 * features), Dropout(0.25, using: &generator),
            Linear(2 * features, embedding, initialisation: .fanInNormal, using: &generator), ReLU(),
            BatchNorm(embedding), Dropout(0.5, using: &generator))
    }
}
