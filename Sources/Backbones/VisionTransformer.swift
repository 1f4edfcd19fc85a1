public import NeuralNetwork
public import Torch

/// A transformer over patches of an image; the class token is the embedding. Dosovitskiy et al., ICLR 2021.
///
/// The defaults are S/16 of Touvron et al., ICML 2021. Named and initialised as in timm: linear maps and positions normal
/// with the standard deviation 0.02, layer normalisation with the epsilon 1e-6.
public final class VisionTransformer: Module, Backbone {
    private let clsToken: Parameter
    private let posEmbed: Parameter
    private let patchEmbed: Patches
    private let blocks: [Block]
    private let norm: LayerNorm
    private let head: Linear?

    /// The height and width of the images.
    public let imageSize: Int

    /// The length of an embedding.
    public let embedding: Int

    /// Creates the network.
    ///
    /// - Parameters:
    ///   - embedding: the length that a last linear map brings the class token to; nil for the token itself.
    ///   - imageSize: the height and width of the images.
    ///   - patch: the height and width of a patch.
    ///   - width: the number of features of a token.
    ///   - depth: how many blocks there are.
    ///   - heads: how many parts of a token attend on their own.
    ///   - channels: of the images.
    ///   - generator: gives the seeds of the first values.
    /// - Precondition: `patch` divides `imageSize`, and `heads` divides `width`.
    public init(
        embedding: Int? = nil, imageSize: Int = 224, patch: Int = 16, width: Int = 384, depth: Int = 12,
        heads: Int = 6, channels: Int = 3, using generator: inout some RandomNumberGenerator
    ) {
        require(
            imageSize % patch == 0, "VisionTransformer: patches of \(patch) do not divide images of \(imageSize)")
        let tokens = (imageSize / patch) * (imageSize / patch) + 1
        clsToken = Parameter(.normal([1, 1, width], deviation: 1e-6, using: &generator))
        posEmbed = Parameter(.truncatedNormal([1, tokens, width], deviation: 0.02, in: -2...2, using: &generator))
        patchEmbed = Patches(channels, width, size: patch, using: &generator)
        blocks = (0..<depth).map { _ in Block(width, heads: heads, using: &generator) }
        norm = LayerNorm(width, epsilon: 1e-6)
        head = embedding.map { Linear(width, $0, initialisation: Self.initialisation, using: &generator) }
        self.imageSize = imageSize
        self.embedding = embedding ?? width
    }

    /// Embeds images `[N, C, H, W]`: `[N, D]`.
    ///
    /// - Precondition: the images have the network's size.
    public func callAsFunction(_ images: Tensor) -> Tensor {
        require(
            images.rank == 4 && images.size(2) == imageSize && images.size(3) == imageSize,
            "VisionTransformer: expected [N, C, \(imageSize), \(imageSize)], got \(images.signature)")
        let patches = patchEmbed(images)
        let token = clsToken.tensor.expanded([patches.size(0), 1, patches.size(2)])
        let tokens = blocks.reduce(.concatenated([token, patches], along: 1) + posEmbed.tensor) { $1($0) }
        // Tokens are normalised each on its own, so the others need not be.
        let features = norm(tokens.selected(0, along: 1))
        return head?(features) ?? features
    }

    private static let initialisation = Initialisation.truncatedNormal(deviation: 0.02)

    /// A linear map of each patch: `[N, C, H, W]` to `[N, T, width]`.
    private final class Patches: Module, Layer {
        private let proj: Conv2d

        init(_ channels: Int, _ width: Int, size: Int, using generator: inout some RandomNumberGenerator) {
            proj = Conv2d(channels, width, kernel: size, stride: size, using: &generator)
        }

        func callAsFunction(_ images: Tensor) -> Tensor { proj(images).flattened(from: 2).transposed(1, 2) }
    }

    /// Attention, then a map of each token on its own; both normalise first and add their input.
    private final class Block: Module, Layer {
        private let norm1: LayerNorm
        private let attn: SelfAttention
        private let norm2: LayerNorm
        private let mlp: Perceptron

        init(_ width: Int, heads: Int, using generator: inout some RandomNumberGenerator) {
            norm1 = LayerNorm(width, epsilon: 1e-6)
            attn = SelfAttention(
                width, heads: heads, initialisation: VisionTransformer.initialisation, using: &generator)
            norm2 = LayerNorm(width, epsilon: 1e-6)
            mlp = Perceptron(width, using: &generator)
        }

        func callAsFunction(_ tokens: Tensor) -> Tensor {
            let attended = tokens + attn(norm1(tokens))
            return attended + mlp(norm2(attended))
        }
    }

    /// A linear map to four times the width, GELU, and a linear map back.
    private final class Perceptron: Module, Layer {
        private let fc1: Linear
        private let fc2: Linear

        init(_ width: Int, using generator: inout some RandomNumberGenerator) {
            fc1 = Linear(width, 4 * width, initialisation: VisionTransformer.initialisation, using: &generator)
            fc2 = Linear(4 * width, width, initialisation: VisionTransformer.initialisation, using: &generator)
        }

        func callAsFunction(_ tokens: Tensor) -> Tensor { fc2(fc1(tokens).gelu()) }
    }
}
