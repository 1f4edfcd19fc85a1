public import Torch

/// Batch normalisation of each channel, for `[N, C]`, `[N, C, L]` and `[N, C, H, W]` alike: PyTorch's `BatchNorm1d` and
/// `BatchNorm2d`. Ioffe and Szegedy, ICML 2015.
///
/// A layer whose running statistics are frozen normalises with them while training too, and does not change them; see
/// ``Module/freeze(_:where:)``.
public final class BatchNorm: Module, Layer {
    let weight: Parameter?
    let bias: Parameter?
    let runningMean: Buffer
    let runningVar: Buffer
    let numBatchesTracked: Buffer
    private let momentum: Double
    let epsilon: Double
    private var group: ProcessGroup?

    /// Creates the layer with running mean 0 and variance 1 and, where it is `affine`, weight `scale` and bias 0.
    ///
    /// - Parameters:
    ///   - channels: C.
    ///   - momentum: the share of each batch in the running statistics, from 0 to 1.
    ///   - epsilon: added to the variance.
    ///   - affine: whether a weight and a bias of each channel are learnt.
    ///   - scale: the first value of the weight.
    ///   - learningScale: whether the weight is learnt rather than held at its first value.
    public init(
        _ channels: Int, momentum: Double = 0.1, epsilon: Double = 1e-5, affine: Bool = true, scale: Double = 1,
        learningScale: Bool = true
    ) {
        weight = affine ? Parameter(.full([channels], scale), isConstant: !learningScale) : nil
        bias = affine ? Parameter(.zeros([channels])) : nil
        runningMean = Buffer(.zeros([channels]))
        runningVar = Buffer(.ones([channels]))
        numBatchesTracked = Buffer(.zeros([], dtype: .int64))
        self.momentum = momentum
        self.epsilon = epsilon
    }

    /// Lets the batches of all processes of `group` count as one while training; nil for this process's own.
    func synchronize(over group: ProcessGroup?) {
        self.group = group
    }

    /// Normalises with the batch's statistics while training, with the running ones in evaluation.
    public func callAsFunction(_ input: Tensor) -> Tensor { self(input, rectified: false) }

    /// Normalises, then adds `residual`, then takes the positive part: how the blocks of residual networks end.
    ///
    /// - Parameters:
    ///   - input: `[N, C, ...]`, with more than one value per channel while training.
    ///   - residual: of the shape of the input; nothing is added when nil.
    ///   - rectified: whether to take the positive part.
    public func callAsFunction(_ input: Tensor, adding residual: Tensor? = nil, rectified: Bool) -> Tensor {
        let learnsStatistics = isTraining && !runningMean.isFrozen
        if learnsStatistics {
            require(
                group != nil || input.count > input.size(1),
                "BatchNorm: expected more than one value per channel, got \(input.signature)")
            numBatchesTracked.tensor.add(.ones([], dtype: .int64, device: input.device))
        }
        return input.batchNorm(
            weight: weight?.tensor, bias: bias?.tensor, adding: residual, rectified: rectified,
            runningMean: runningMean.tensor, runningVariance: runningVar.tensor, training: learnsStatistics,
            momentum: momentum, epsilon: epsilon, over: group)
    }
}

extension Module {
    /// Lets every ``BatchNorm`` within count the batches of all processes of `group` as one while training.
    ///
    /// All processes must then run the module forward and backward at the same time, each with its part of the batch, which
    /// may be empty. Results are those of one process with the whole batch. Peng et al., "MegDet", CVPR 2018, section 3.3.
    public final func synchronizeBatchNorm(over group: ProcessGroup) {
        for case let layer as BatchNorm in modules { layer.synchronize(over: group) }
    }
}
