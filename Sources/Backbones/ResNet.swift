public import NeuralNetwork
public import Torch

/// A residual network: four stages of blocks that add what they compute to what they are given. He et al., CVPR 2016.
///
/// The deeper three have the stride in the 3 x 3 convolution of a block (version 1.5). Named and initialised as in
/// torchvision: convolutions normal with the variance `2 / fanOut`, batch normalisation 1 and 0.
public final class ResNet: Module, Backbone {
    private let conv1: Conv2d
    private let bn1: BatchNorm
    private let maxpool: MaxPool2d?
    private let layer1: Sequential
    private let layer2: Sequential
    private let layer3: Sequential
    private let layer4: Sequential
    private let fc: Linear?
    private let head: Sequential?

    /// The length of an embedding.
    public let embedding: Int

    /// Creates the network.
    ///
    /// - Parameters:
    ///   - variant: how deep it is, and of which blocks.
    ///   - stem: what comes before the blocks.
    ///   - projection: what comes after them.
    ///   - channels: of the images.
    ///   - zeroInitialResidual: whether the last batch normalisation of each block begins with the scale 0, so that the
    ///     block begins as the identity. Goyal et al., 2017, section 5.1.
    ///   - generator: gives the seeds of the first values.
    public init(
        _ variant: Variant, stem: Stem = .imagenet, projection: Projection = .none, channels: Int = 3,
        zeroInitialResidual: Bool = false, using generator: inout some RandomNumberGenerator
    ) {
        let isImageNet = stem == .imagenet
        conv1 = Conv2d(
            channels, 64, kernel: isImageNet ? 7 : 3, stride: isImageNet ? 2 : 1, padding: isImageNet ? 3 : 1,
            bias: false, initialisation: .fanOutNormal, using: &generator)
        bn1 = BatchNorm(64)
        maxpool = isImageNet ? MaxPool2d(3, stride: 2, padding: 1) : nil

        var inputs = 64
        func stage(_ index: Int) -> Sequential {
            let width = 64 << index
            let blocks = (0..<variant.blocks[index]).map { block in
                defer { inputs = width * variant.expansion }
                return variant.block(
                    inputs, width, stride: block == 0 && index > 0 ? 2 : 1, lastScale: zeroInitialResidual ? 0 : 1,
                    using: &generator)
            }
            return Sequential(blocks)
        }
        layer1 = stage(0)
        layer2 = stage(1)
        layer3 = stage(2)
        layer4 = stage(3)

        embedding = projection.embedding ?? variant.features
        if case .linear(let embedding) = projection {
            fc = Linear(variant.features, embedding, using: &generator)
        } else {
            fc = nil
        }
        if case .concatPool(let embedding) = projection {
            head = ResNet.concatPool(variant.features, embedding, using: &generator)
        } else {
            head = nil
        }
    }

    /// Embeds images `[N, C, H, W]` of any size: `[N, D]`.
    public func callAsFunction(_ images: Tensor) -> Tensor {
        require(images.rank == 4, "ResNet: expected [N, C, H, W], got \(images.signature)")
        var x = bn1(conv1(images), rectified: true)
        if let maxpool { x = maxpool(x) }
        x = layer4(layer3(layer2(layer1(x))))
        if let head { return head(x) }
        let features = x.adaptiveAveragePool(size: [1, 1]).flattened(from: 1)
        return fc?(features) ?? features
    }

    /// The network for inference: each convolution with its normalisation, addition and positive part in one.
    public func inference(_ precision: Precision) -> Inference {
        let stem = conv1.prepared(precision, normalizedBy: bn1)
        let pool = maxpool
        let blocks = Sequential.residualBlocks(of: [layer1, layer2, layer3, layer4], precision)
        let fc = fc?.prepared(.fp32)
        let head = head?.inference(.fp32)
        return { images in
            require(images.rank == 4, "ResNet: expected [N, C, H, W], got \(images.signature)")
            let first = stem(images, .rectified)
            let last = blocks.reduce(pool?(first) ?? first) { $1($0) }.to(.float32)
            if let head { return head(last) }
            let features = last.adaptiveAveragePool(size: [1, 1]).flattened(from: 1)
            return fc?(features) ?? features
        }
    }
}
