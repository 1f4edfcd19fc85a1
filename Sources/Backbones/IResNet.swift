public import NeuralNetwork
public import Torch

/// The residual network of the face-recognition field, for images of 112 x 112. Deng et al., CVPR 2019, section 3.1.
///
/// Blocks normalise before the first convolution, too, and have PReLU; the last features are normalised, mapped linearly
/// and normalised once more with a scale that stays 1, these two in the images' own precision whatever the others' is. Named and initialised as in insightface's arcface_torch:
/// convolutions normal with the standard deviation 0.1.
public final class IResNet: Module, Backbone {
    private let conv1: Conv2d
    private let bn1: BatchNorm
    private let prelu: PReLU
    private let layer1: Sequential
    private let layer2: Sequential
    private let layer3: Sequential
    private let layer4: Sequential
    private let bn2: BatchNorm
    private let dropout: Dropout
    private let fc: Linear
    private let features: BatchNorm

    /// The height and width of the images.
    public static let imageSize = 112

    /// The length of an embedding.
    public let embedding: Int

    /// Creates the network.
    ///
    /// - Parameters:
    ///   - variant: how deep it is.
    ///   - embedding: the length of an embedding.
    ///   - dropout: the share of the last features that is dropped while training, from 0 to below 1; 0.4 in the
    ///     publication, 0 in arcface_torch.
    ///   - channels: of the images.
    ///   - generator: gives the seeds of the first values.
    public init(
        _ variant: Variant, embedding: Int = 512, dropout: Double = 0, channels: Int = 3,
        using generator: inout some RandomNumberGenerator
    ) {
        self.embedding = embedding
        conv1 = .unbiased(channels, 64, kernel: 3, initialisation: IResNet.initialisation, using: &generator)
        bn1 = BatchNorm(64)
        prelu = PReLU(channels: 64)

        var inputs = 64
        func stage(_ index: Int) -> Sequential {
            let width = 64 << index
            return Sequential(
                (0..<variant.blocks[index]).map { block in
                    defer { inputs = width }
                    return Block(inputs, width, stride: block == 0 ? 2 : 1, using: &generator)
                })
        }
        layer1 = stage(0)
        layer2 = stage(1)
        layer3 = stage(2)
        layer4 = stage(3)

        let side = Self.imageSize / 16
        bn2 = BatchNorm(512)
        self.dropout = Dropout(dropout, using: &generator)
        fc = Linear(512 * side * side, embedding, using: &generator)
        features = BatchNorm(embedding, learningScale: false)
    }

    /// Embeds images `[N, C, 112, 112]`: `[N, D]`.
    ///
    /// - Precondition: the images are 112 x 112.
    public func callAsFunction(_ images: Tensor) -> Tensor {
        Self.check(images)
        let x = layer4(layer3(layer2(layer1(prelu(bn1(conv1(images)))))))
        let last = dropout(bn2(x).flattened(from: 1))
        // Rounding here would be rounding of the embedding.
        return withPrecision(.fp32, on: images.device) { features(fc(last.to(images.dtype))) }
    }

    /// The network for inference: convolutions with the normalisations before and after them and the addition in one, and
    /// everything after the blocks as one linear map.
    public func inference(_ precision: Precision) -> Inference {
        let stem = conv1.prepared(precision, normalizedBy: bn1)
        let slopes = prelu.slopes
        let blocks = Sequential.residualBlocks(of: [layer1, layer2, layer3, layer4], precision)
        let last = fc.prepared(.fp32, of: bn2, normalizedBy: features)
        return { images in
            Self.check(images)
            let first = stem(images).consumedByPRelu(slope: slopes, border: nil)
            return last(blocks.reduce(first) { $1($0) }.permuted([0, 2, 3, 1]).flattened(from: 1).to(.float32))
        }
    }

    private static func check(_ images: Tensor) {
        require(
            images.rank == 4 && images.size(2) == imageSize && images.size(3) == imageSize,
            "IResNet: expected [N, C, \(imageSize), \(imageSize)], got \(images.signature)")
    }
}

extension IResNet {
    /// The sizes that arcface_torch publishes.
    public enum Variant: String, Sendable, CaseIterable, Codable {
        /// Two, two, two and two blocks.
        case iresnet18
        /// Three, four, six and three blocks.
        case iresnet34
        /// Three, four, 14 and three blocks.
        case iresnet50
        /// Three, 13, 30 and three blocks.
        case iresnet100

        /// How many blocks each of the four stages has.
        var blocks: [Int] {
            switch self {
            case .iresnet18: [2, 2, 2, 2]
            case .iresnet34: [3, 4, 6, 3]
            case .iresnet50: [3, 4, 14, 3]
            case .iresnet100: [3, 13, 30, 3]
            }
        }
    }

    private static let initialisation = Initialisation.normal(deviation: 0.1)

    /// Normalisation, convolution, normalisation, PReLU, convolution with the stride, normalisation, and the input added.
    private final class Block: Module, ResidualBlock {
        private let bn1: BatchNorm
        private let conv1: Conv2d
        private let bn2: BatchNorm
        private let prelu: PReLU
        private let conv2: Conv2d
        private let bn3: BatchNorm
        private let downsample: Sequential?

        init(_ inputs: Int, _ width: Int, stride: Int, using generator: inout some RandomNumberGenerator) {
            bn1 = BatchNorm(inputs)
            conv1 = .unbiased(inputs, width, kernel: 3, initialisation: IResNet.initialisation, using: &generator)
            bn2 = BatchNorm(width)
            prelu = PReLU(channels: width)
            conv2 = .unbiased(
                width, width, kernel: 3, stride: stride, initialisation: IResNet.initialisation, using: &generator)
            bn3 = BatchNorm(width)
            downsample = .shortcut(
                inputs, width, stride: stride, initialisation: IResNet.initialisation, using: &generator)
        }

        func callAsFunction(_ input: Tensor) -> Tensor {
            let hidden = prelu(bn2(conv1(bn1(input))))
            return bn3(conv2(hidden), adding: downsample?(input) ?? input, rectified: false)
        }

        func consumingInference(_ precision: Precision) -> Inference {
            let first = conv1.prepared(precision, of: bn1, normalizedBy: bn2)
            let slopes = prelu.slopes
            let second = conv2.prepared(precision, normalizedBy: bn3)
            let shortcut = downsample?.inference(precision)
            return { input in
                let hidden = first.convolution(input).consumedByPRelu(slope: slopes, border: first.border)
                return second(hidden, addedTo: shortcut?(input) ?? input, rectified: false)
            }
        }
    }
}
