public import Torch

extension Conv2d {
    /// The convolution with weights of its own.
    public func inference(_ precision: Precision) -> Inference {
        let convolution = prepared(precision)
        return { convolution(precision.prepared($0)) }
    }
}

extension Linear {
    /// The map with weights of its own.
    public func inference(_ precision: Precision) -> Inference {
        let map = prepared(precision)
        return { map(precision.prepared($0)) }
    }
}

extension BatchNorm {
    /// The normalisation with the running statistics as they are.
    public func inference(_ precision: Precision) -> Inference {
        let affine = ChannelAffine(self)
        let device = runningMean.tensor.device
        let scale = affine.scale.to(.float32).to(device)
        let shift = affine.shift.to(.float32).to(device)
        let zeros = Tensor.zeros(scale.shape, device: device)
        let ones = Tensor.ones(scale.shape, device: device)
        return { input in
            input.batchNorm(
                weight: scale, bias: shift, runningMean: zeros, runningVariance: ones, training: false, momentum: 0,
                epsilon: 0)
        }
    }
}

extension PReLU {
    /// The slopes as they are, `[1]` or `[C]`, float32 with memory of their own.
    public var slopes: Tensor { weight.tensor.detached().to(.float32).clone() }

    /// The activation with the slopes as they are.
    public func inference(_ precision: Precision) -> Inference {
        let slopes = slopes
        return { $0.prelu(slope: slopes) }
    }
}

extension Dropout {
    /// Nothing is dropped.
    public func inference(_ precision: Precision) -> Inference { { $0 } }
}
