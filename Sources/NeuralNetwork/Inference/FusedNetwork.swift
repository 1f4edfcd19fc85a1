public import Torch

/// A trained network prepared for inference alone: it computes what the network does in evaluation, in fewer walks over memory.
///
/// It has weights of its own as they were when it was made, no parameters and no state; a network without a faster form, such as a
/// vision transformer, is called as it is and goes on changing with its weights. Made by ``Layer/fused(_:)``.
public final class FusedNetwork: Module, Layer {
    /// The precision of products.
    public let precision: Precision

    private let body: Inference
    private let device: Device

    init(_ body: @escaping Inference, precision: Precision, device: Device) {
        self.precision = precision
        self.body = body
        self.device = device
        super.init()
        evaluate()
    }

    override var canTrain: Bool { false }

    /// Applies the network to images `[N, C, H, W]` of any type and layout; the result is float32 and has no gradients.
    ///
    /// - Precondition: the input lies on the device that the network was on when it was fused, and needs no gradient.
    public func callAsFunction(_ input: Tensor) -> Tensor {
        require(
            input.device == device,
            "FusedNetwork: made on \(device), got \(input.signature); move the network before it is fused")
        require(!input.requiresGradient, "FusedNetwork: is for inference alone, got an input that needs a gradient")
        return withoutGradients {
            // Types are chosen here, so autocast has nothing to choose.
            withPrecision(.fp32, on: device) { body(precision.prepared(input)).to(.float32) }
        }
    }
}

/// What a layer computes in evaluation: a function of a tensor whose type is the precision's, images in channels-last.
///
/// Its result is in the same type or float32. It may not change its input, and is called without gradients and autocast.
public typealias Inference = (Tensor) -> Tensor

extension Layer {
    /// The layer as it is, in evaluation while it is called; layers with a faster form have their own.
    public func inference(_ precision: Precision) -> Inference {
        let modules = modules
        let dtype = parameters.first?.tensor.dtype ?? .float32
        return { [self] input in
            let training = modules.filter(\.isTraining)
            for module in training { module.isTraining = false }
            defer { for module in training { module.isTraining = true } }
            return withPrecision(precision, on: input.device) { self(input.to(dtype)) }
        }
    }

    /// The network prepared for inference alone, with weights of its own; the network itself stays as it is.
    ///
    /// Batch normalisation is folded into convolutions and linear maps. On the processor each of these is one call with its
    /// bias, activation and addition. Layers without such a form are called in evaluation, and then follow the network's
    /// weights.
    ///
    /// - Parameter precision: the precision of products; the best of the network's device when nil.
    public func fused(_ precision: Precision? = nil) -> FusedNetwork {
        let device = parameters.first?.tensor.device ?? .cpu
        let precision = precision ?? .best(for: device)
        let body = withoutGradients { withPrecision(.fp32, on: device) { inference(precision) } }
        return FusedNetwork(body, precision: precision, device: device)
    }
}

extension Precision {
    /// The type of images and weights.
    var dtype: DType {
        switch self {
        case .fp32: .float32
        case .bf16: .bfloat16
        }
    }

    /// An input in the type of the weights; images in channels-last.
    func prepared(_ input: Tensor) -> Tensor {
        (input.rank == 4 ? input.contiguous(.channelsLast) : input).to(dtype)
    }
}
