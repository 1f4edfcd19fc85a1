public import Torch

/// Batch normalisation of each channel, for `[N, C]`, `[N, C, L]` and `[N, C, H, W]` alike: PyTorch's `BatchNorm1d` and
/// `BatchNorm2d`. Ioffe and Szegedy, ICML 2015.
public final class BatchNorm: Module, Layer {
    let weight: Parameter?
    let bias: Parameter?
    let runningMean: Buffer
    let runningVar: Buffer
    let numBatchesTracked: Buffer
    private let momentum: Double
    private let epsilon: Double

    /// Creates the layer with running mean 0 and variance 1 and, where it is `affine`, weight 1 and bias 0.
    ///
    /// - Parameters:
    ///   - channels: C.
    ///   - momentum: the share of each batch in the running statistics, from 0 to 1.
    ///   - epsilon: added to the variance.
    ///   - affine: whether a weight and a bias of each channel are learnt.
    public init(_ channels: Int, momentum: Double = 0.1, epsilon: Double = 1e-5, affine: Bool = true) {
        weight = affine ? Parameter(.ones([channels])) : nil
        bias = affine ? Parameter(.zeros([channels])) : nil
        runningMean = Buffer(.zeros([channels]))
        runningVar = Buffer(.ones([channels]))
        numBatchesTracked = Buffer(.zeros([], dtype: .int64))
        self.momentum = momentum
        self.epsilon = epsilon
    }

    /// Normalises with the batch's statistics while training, with the running ones in evaluation.
    public func callAsFunction(_ input: Tensor) -> Tensor {
        if isTraining {
            require(
                input.count > input.size(1),
                "BatchNorm: expected more than one value per channel, got \(input.signature)")
            numBatchesTracked.tensor.add(.ones([], dtype: .int64, device: input.device))
        }
        return input.batchNorm(
            weight: weight?.tensor, bias: bias?.tensor, runningMean: runningMean.tensor,
            runningVariance: runningVar.tensor, training: isTraining, momentum: momentum, epsilon: epsilon)
    }
}
