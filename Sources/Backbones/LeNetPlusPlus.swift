public import NeuralNetwork
public import Torch

/// LeNet++, the network that Center Loss was shown with: six convolutions of 5 x 5 with a feature that can be drawn.
///
/// Convolutions 32-32, 64-64, 128-128 with padding 2 and PReLU, max-pool 2 after each pair, a linear map of 1152 to the
/// embedding, PReLU. Wen et al., ECCV 2016, table 1; layers are named as in the published PyTorch rebuilding, so that its
/// checkpoints load.
public final class LeNetPlusPlus: Module, Backbone {
    private let conv1_1: Conv2d
    private let prelu1_1 = PReLU()
    private let conv1_2: Conv2d
    private let prelu1_2 = PReLU()
    private let conv2_1: Conv2d
    private let prelu2_1 = PReLU()
    private let conv2_2: Conv2d
    private let prelu2_2 = PReLU()
    private let conv3_1: Conv2d
    private let prelu3_1 = PReLU()
    private let conv3_2: Conv2d
    private let prelu3_2 = PReLU()
    private let ip1: Linear
    private let preluip1 = PReLU()

    /// The length of an embedding.
    public let embedding: Int

    /// Creates the network with PyTorch's default initialisation.
    ///
    /// - Parameters:
    ///   - embedding: the length of an embedding; 2 in the publication.
    ///   - channels: of the images; 1 in the publication.
    ///   - generator: gives the seeds of the first values.
    public init(embedding: Int = 2, channels: Int = 1, using generator: inout some RandomNumberGenerator) {
        self.embedding = embedding
        conv1_1 = Conv2d(channels, 32, kernel: 5, padding: 2, using: &generator)
        conv1_2 = Conv2d(32, 32, kernel: 5, padding: 2, using: &generator)
        conv2_1 = Conv2d(32, 64, kernel: 5, padding: 2, using: &generator)
        conv2_2 = Conv2d(64, 64, kernel: 5, padding: 2, using: &generator)
        conv3_1 = Conv2d(64, 128, kernel: 5, padding: 2, using: &generator)
        conv3_2 = Conv2d(128, 128, kernel: 5, padding: 2, using: &generator)
        ip1 = Linear(128 * 3 * 3, embedding, using: &generator)
    }

    /// Embeds images `[N, C, 28, 28]`: `[N, D]`.
    ///
    /// - Precondition: the images are 28 x 28.
    public func callAsFunction(_ images: Tensor) -> Tensor {
        Self.check(images)
        var x = prelu1_2(conv1_2(prelu1_1(conv1_1(images)))).maximumPool(kernel: [2, 2], stride: [2, 2])
        x = prelu2_2(conv2_2(prelu2_1(conv2_1(x)))).maximumPool(kernel: [2, 2], stride: [2, 2])
        x = prelu3_2(conv3_2(prelu3_1(conv3_1(x)))).maximumPool(kernel: [2, 2], stride: [2, 2])
        return preluip1(ip1(x.flattened(from: 1)))
    }

    /// The network for inference: each convolution with its activation in one.
    public func inference(_ precision: Precision) -> Inference {
        let pairs = [
            [(conv1_1, prelu1_1), (conv1_2, prelu1_2)], [(conv2_1, prelu2_1), (conv2_2, prelu2_2)],
            [(conv3_1, prelu3_1), (conv3_2, prelu3_2)],
        ].map { $0.map { ($0.prepared(precision), PreparedConvolution.Activation.leaky(slope: $1.slopes.item())) } }
        let last = ip1.prepared(.fp32)
        let slope = preluip1.slopes
        return { images in
            Self.check(images)
            let features = pairs.reduce(images) { image, pair in
                pair.reduce(image) { $1.0($0, $1.1) }.maximumPool(kernel: [2, 2], stride: [2, 2])
            }
            return last(features.contiguous().flattened(from: 1).to(.float32)).prelu(slope: slope)
        }
    }

    private static func check(_ images: Tensor) {
        require(
            images.rank == 4 && images.size(2) == 28 && images.size(3) == 28,
            "LeNetPlusPlus: expected [N, C, 28, 28], got \(images.signature)")
    }
}
