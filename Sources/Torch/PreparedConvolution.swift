/// A convolution for inference alone, with its weight laid out as the device's library wants it.
///
/// Where libtorch has oneDNN and the tensors lie on the processor, convolution, bias, addition and activation are one call,
/// which walks over memory once; elsewhere they are ordinary operators. No gradients are recorded.
public final class PreparedConvolution {
    /// What happens to each result.
    public enum Activation: Sendable, Hashable {
        /// Nothing.
        case none
        /// The positive part is taken.
        case rectified
        /// What is below zero is multiplied by a slope.
        case leaky(slope: Double)
    }

    // oneDNN takes a bias of 32 bits, but beside an addition only one of the weight's type.
    private let bias: Tensor
    private let biasBesideAddition: Tensor
    private let stride: [Int]
    private let padding: [Int]
    private let dilation: [Int]
    private let groups: Int
    private let library: OneDNN.Convolution?
    // oneDNN's layout depends on the size of the images, so the weight is laid out when the first come.
    private var weight: Tensor
    private var isPacked = false

    private static let leakyOperator = Operator("aten::leaky_relu_")

    /// Prepares a convolution.
    ///
    /// - Parameters:
    ///   - weight: `[D, C / groups, height, width]`, of the type that images will have; bfloat16 or float32 for speed.
    ///   - bias: `[D]`, float32.
    ///   - stride: the distance of windows.
    ///   - padding: how many rows and columns of zeros are added on each side.
    ///   - dilation: the distance of a window's elements.
    ///   - groups: how many parts of the channels are convolved each on its own.
    public init(weight: Tensor, bias: Tensor, stride: Int, padding: Int, dilation: Int, groups: Int) {
        library = OneDNN.convolution(weight.dtype, on: weight.device)
        self.weight = weight.contiguous(.channelsLast)
        biasBesideAddition = bias.to(weight.dtype)
        self.bias = library == nil ? biasBesideAddition : bias
        self.stride = [stride, stride]
        self.padding = [padding, padding]
        self.dilation = [dilation, dilation]
        self.groups = groups
    }

    /// Convolves `[N, C, H, W]`: `[N, D, H', W']` in channels-last.
    ///
    /// - Parameters:
    ///   - input: of the weight's type.
    ///   - activation: what happens to each result.
    public func callAsFunction(_ input: Tensor, _ activation: Activation = .none) -> Tensor {
        guard let library else { return Self.applied(activation, to: convolved(input)) }
        let (name, scalars) = Self.attribute(activation)
        return library.plain(
            .tensor(input), .tensor(packed(library, for: input)), .tensor(bias), .ints(padding), .ints(stride),
            .ints(dilation), .int(groups), .string(name), .optionalScalars(scalars), .string(""))
    }

    /// Convolves `[N, C, H, W]`, and adds the result to `sum`, whose memory is used.
    ///
    /// - Parameters:
    ///   - input: of the weight's type.
    ///   - sum: `[N, D, H', W']` of the same type, dense in channels-last.
    ///   - rectified: whether to take the positive part.
    /// - Returns: the sum.
    public func callAsFunction(_ input: Tensor, addedTo sum: Tensor, rectified: Bool) -> Tensor {
        guard let library else {
            sum.add(convolved(input))
            if rectified { sum.rectify() }
            return sum
        }
        return library.adding(
            .tensor(sum), .tensor(input), .tensor(packed(library, for: input)), .tensor(biasBesideAddition),
            .ints(padding), .ints(stride), .ints(dilation), .int(groups), .string("add"), .double(1),
            rectified ? .string("relu") : .none, .optionalScalars([]), .none)
    }

    private func packed(_ library: OneDNN.Convolution, for input: Tensor) -> Tensor {
        if !isPacked {
            weight = library.packing(
                .tensor(weight), .ints(padding), .ints(stride), .ints(dilation), .int(groups), .ints(input.shape))
            isPacked = true
        }
        return weight
    }

    private func convolved(_ input: Tensor) -> Tensor {
        input.convolution(
            weight: weight, bias: bias, stride: stride, padding: padding, dilation: dilation, groups: groups
        ).contiguous(.channelsLast)
    }

    private static func attribute(_ activation: Activation) -> (String, [Double]) {
        switch activation {
        case .none: ("none", [])
        case .rectified: ("relu", [])
        case .leaky(let slope): ("leaky_relu", [slope])
        }
    }

    private static func applied(_ activation: Activation, to values: Tensor) -> Tensor {
        switch activation {
        case .none: break
        case .rectified: values.rectify()
        case .leaky(let slope): leakyOperator.run(.tensor(values), .double(slope))
        }
        return values
    }
}
