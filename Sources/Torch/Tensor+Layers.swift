/// The functions that neural network layers are made of. Images are `[N, C, H, W]`.
extension Tensor {
    private static let convolutionOperator = Operator("aten::conv2d")
    private static let linearOperator = Operator("aten::linear")
    private static let reluOperator = Operator("aten::relu")
    private static let rectifyOperator = Operator("aten::relu_")
    private static let geluOperator = Operator("aten::gelu")
    private static let layerNormOperator = Operator("aten::layer_norm")
    private static let attentionOperator = Operator("aten::scaled_dot_product_attention")
    private static let preluOperator = Operator("hypersphere::prelu")
    private static let batchNormOperator = Operator("hypersphere::batch_norm")
    private static let maximumPoolOperator = Operator("aten::max_pool2d")
    private static let averagePoolOperator = Operator("aten::avg_pool2d")
    private static let adaptiveAveragePoolOperator = Operator("aten::adaptive_avg_pool2d")
    private static let adaptiveMaximumPoolOperator = Operator("aten::adaptive_max_pool2d")
    private static let crossEntropyOperator = Operator("aten::cross_entropy_loss")
    private static let sigmoidOperator = Operator("aten::sigmoid")
    private static let softplusOperator = Operator("aten::softplus")
    private static let softmaxOperator = Operator("aten::softmax", "int")
    private static let logarithmOfSoftmaxOperator = Operator("aten::log_softmax", "int")
    private static let logarithmOfSumOfExponentialsOperator = Operator("aten::logsumexp")

    /// Cross-correlation of `[N, C, H, W]` with `weight` `[D, C / groups, height, width]` to `[N, D, H', W']`.
    public func convolution(
        weight: Tensor, bias: Tensor?, stride: [Int], padding: [Int], dilation: [Int], groups: Int
    ) -> Tensor {
        Self.convolutionOperator(
            .tensor(self), .tensor(weight), .optional(bias), .ints(stride), .ints(padding), .ints(dilation),
            .int(groups))
    }

    /// `[N, C]` times the transpose of `weight` `[D, C]`, plus `bias` `[D]`: `[N, D]`.
    public func linear(weight: Tensor, bias: Tensor?) -> Tensor {
        Self.linearOperator(.tensor(self), .tensor(weight), .optional(bias))
    }

    /// The positive part of each element.
    public func relu() -> Tensor { Self.reluOperator(.tensor(self)) }

    /// Sets each element below zero to zero, in place; gradients go through it.
    public func rectify() { Self.rectifyOperator.run(.tensor(self)) }

    /// Each element times the standard normal distribution's share below it. Hendrycks and Gimpel, 2016.
    public func gelu() -> Tensor { Self.geluOperator(.tensor(self), .string("none")) }

    /// Each element, those below zero times `slope`, `[1]` or one for each channel `[C]`. He et al., ICCV 2015, eq. 1.
    public func prelu(slope: Tensor) -> Tensor { Self.preluOperator(.tensor(self), .tensor(slope)) }

    /// Batch normalisation over every dimension but the second; updates the running statistics while training.
    /// Ioffe and Szegedy, ICML 2015.
    ///
    /// Images in channels-last and rows of features, of 32 bits or bfloat16, are normalised, added to and rectified in one
    /// walk over memory.
    ///
    /// - Parameters:
    ///   - weight: the factor of each channel, `[C]`; 1 when nil.
    ///   - bias: what is added to each channel, `[C]`; 0 when nil.
    ///   - residual: added to the normalised values, of the shape of the input; nothing is added when nil.
    ///   - rectified: whether to take the positive part of all that.
    ///   - runningMean: `[C]`, changed in place while training.
    ///   - runningVariance: `[C]`, changed in place while training.
    ///   - training: whether to use the batch's statistics rather than the running ones.
    ///   - momentum: the share of the batch in the new running statistics.
    ///   - epsilon: added to the variance.
    ///   - group: the processes whose batches count as one while training; all of them make the call.
    public func batchNorm(
        weight: Tensor?, bias: Tensor?, adding residual: Tensor? = nil, rectified: Bool = false, runningMean: Tensor?,
        runningVariance: Tensor?, training: Bool, momentum: Double, epsilon: Double, over group: ProcessGroup? = nil
    ) -> Tensor {
        Self.batchNormOperator(
            .tensor(self), .optional(weight), .optional(bias), .optional(residual), .optional(runningMean),
            .optional(runningVariance), .bool(rectified), .bool(training), .double(momentum), .double(epsilon),
            .string(group?.name ?? ""))
    }

    /// The last dimension brought to mean 0 and variance 1, times `weight` `[C]`, plus `bias` `[C]`. Ba et al., 2016.
    ///
    /// - Parameters:
    ///   - weight: the factor of each channel.
    ///   - bias: what is added to each channel.
    ///   - epsilon: added to the variance.
    public func layerNorm(weight: Tensor, bias: Tensor, epsilon: Double) -> Tensor {
        Self.layerNormOperator(
            .tensor(self), .ints(weight.shape), .tensor(weight), .tensor(bias), .double(epsilon), .bool(true))
    }

    /// `softmax(queries keys^T / sqrt(D)) values` for queries `[..., T, D]`, keys `[..., S, D]` and values `[..., S, E]`:
    /// `[..., T, E]`. Vaswani et al., NeurIPS 2017, eq. 1.
    public static func attention(queries: Tensor, keys: Tensor, values: Tensor) -> Tensor {
        attentionOperator(.tensor(queries), .tensor(keys), .tensor(values), .none, .double(0), .bool(false))
    }

    /// The greatest element of each window.
    public func maximumPool(kernel: [Int], stride: [Int], padding: [Int] = [0, 0], ceiling: Bool = false) -> Tensor {
        Self.maximumPoolOperator(
            .tensor(self), .ints(kernel), .ints(stride), .ints(padding), .ints([1, 1]), .bool(ceiling))
    }

    /// The mean of each window; padding counts as zeros when `countingPadding`.
    public func averagePool(
        kernel: [Int], stride: [Int], padding: [Int] = [0, 0], ceiling: Bool = false, countingPadding: Bool = true
    ) -> Tensor {
        Self.averagePoolOperator(
            .tensor(self), .ints(kernel), .ints(stride), .ints(padding), .bool(ceiling), .bool(countingPadding))
    }

    /// The means of a grid of `size` windows that cover the image.
    public func adaptiveAveragePool(size: [Int]) -> Tensor {
        Self.adaptiveAveragePoolOperator(.tensor(self), .ints(size))
    }

    /// The greatest elements of a grid of `size` windows that cover the image.
    public func adaptiveMaximumPool(size: [Int]) -> Tensor {
        Self.adaptiveMaximumPoolOperator.tensors(.tensor(self), .ints(size))[0]
    }

    /// The mean over the batch of `-log softmax(logits)[label]`, for logits `[N, C]` and labels `[N]` int64.
    ///
    /// - Parameters:
    ///   - labels: the class of each row.
    ///   - smoothing: e, the share of each label that is divided among all classes: the label's probability should
    ///     be `1 - e + e / C`, that of each other `e / C`.
    public func crossEntropy(_ labels: Tensor, smoothing: Double = 0) -> Tensor {
        Self.crossEntropyOperator(
            .tensor(self), .tensor(labels), .omitted, .omitted, .omitted, .double(smoothing))
    }

    /// `1 / (1 + e^-x)` of each element.
    public func sigmoid() -> Tensor { Self.sigmoidOperator(.tensor(self)) }

    /// `log(1 + e^x)` of each element, without overflow.
    public func softplus() -> Tensor {
        // Above 40 the result is x itself even in float64; libtorch's own bound of 20 would cost digits there.
        Self.softplusOperator(.tensor(self), .double(1), .double(40))
    }

    /// Exponentials along a dimension, scaled to the sum 1.
    public func softmax(along dimension: Int) -> Tensor {
        Self.softmaxOperator(.tensor(self), .int(dimension))
    }

    /// The logarithm of ``softmax(along:)``, without overflow.
    public func logarithmOfSoftmax(along dimension: Int) -> Tensor {
        Self.logarithmOfSoftmaxOperator(.tensor(self), .int(dimension))
    }

    /// The logarithm of the sum of exponentials along a dimension, without overflow.
    public func logarithmOfSumOfExponentials(along dimension: Int, keeping: Bool = false) -> Tensor {
        Self.logarithmOfSumOfExponentialsOperator(.tensor(self), .ints([dimension]), .bool(keeping))
    }
}
