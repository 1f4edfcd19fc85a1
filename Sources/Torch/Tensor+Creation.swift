/// Tensors made from nothing. Random ones take their seed from a generator that the caller holds.
extension Tensor {
    private static let emptyOperator = Operator("aten::empty", "memory_format")
    private static let fullOperator = Operator("aten::full")
    private static let arangeOperator = Operator("aten::arange")
    private static let uniformOperator = Operator("aten::uniform_")
    private static let normalOperator = Operator("aten::normal_")
    private static let errorOperator = Operator("aten::erf")
    private static let inverseErrorOperator = Operator("aten::erfinv_")
    private static let multinomialOperator = Operator("aten::multinomial")
    private static let bernoulliOperator = Operator("aten::bernoulli_", "float")

    /// A tensor whose elements are not set yet.
    public static func empty(_ shape: [Int], dtype: DType = .float32, device: Device = .cpu) -> Tensor {
        emptyOperator(.ints(shape), .dtype(dtype), .none, .device(device))
    }

    /// A tensor of one value everywhere.
    public static func full(_ shape: [Int], _ value: Double, dtype: DType = .float32, device: Device = .cpu) -> Tensor {
        fullOperator(.ints(shape), .double(value), .dtype(dtype), .none, .device(device))
    }

    /// A tensor of zeros.
    public static func zeros(_ shape: [Int], dtype: DType = .float32, device: Device = .cpu) -> Tensor {
        full(shape, 0, dtype: dtype, device: device)
    }

    /// A tensor of ones.
    public static func ones(_ shape: [Int], dtype: DType = .float32, device: Device = .cpu) -> Tensor {
        full(shape, 1, dtype: dtype, device: device)
    }

    /// The whole numbers `0..<count`, `[count]` int64.
    public static func arange(_ count: Int, device: Device = .cpu) -> Tensor {
        arangeOperator(.int(count), .dtype(.int64), .none, .device(device))
    }

    /// Independent uniform numbers in `[range.lowerBound, range.upperBound)`; the generator gives the seed.
    public static func uniform(
        _ shape: [Int], in range: ClosedRange<Double> = 0...1, dtype: DType = .float32, device: Device = .cpu,
        using generator: inout some RandomNumberGenerator
    ) -> Tensor {
        uniformOperator(
            .tensor(empty(shape, dtype: dtype, device: device)), .double(range.lowerBound), .double(range.upperBound),
            .generator(seed: generator.next(), device))
    }

    /// Independent normal numbers; the generator gives the seed.
    public static func normal(
        _ shape: [Int], mean: Double = 0, deviation: Double = 1, dtype: DType = .float32, device: Device = .cpu,
        using generator: inout some RandomNumberGenerator
    ) -> Tensor {
        normalOperator(
            .tensor(empty(shape, dtype: dtype, device: device)), .double(mean), .double(deviation),
            .generator(seed: generator.next(), device))
    }

    /// Independent normal numbers of mean 0 that lie within `range`; the generator gives the seed.
    public static func truncatedNormal(
        _ shape: [Int], deviation: Double, in range: ClosedRange<Double>, dtype: DType = .float32,
        device: Device = .cpu, using generator: inout some RandomNumberGenerator
    ) -> Tensor {
        // The inverse of the distribution function maps uniform numbers to normal ones, and a part of them to a part.
        let scale = deviation * 2.0.squareRoot()
        let values = uniform(
            shape, in: errorFunction(range.lowerBound / scale)...errorFunction(range.upperBound / scale), dtype: dtype,
            device: device, using: &generator)
        // Where the range reaches far, its ends round to -1 and 1, whose inverse is infinite; they are drawn once in 2^24.
        let end = 1 - (dtype == .float64 ? 0x1p-53 : 0x1p-24)
        values.clamp(min: -end, max: end)
        inverseErrorOperator.run(.tensor(values))
        values.multiply(by: scale)
        values.clamp(min: range.lowerBound, max: range.upperBound)
        return values
    }

    private static func errorFunction(_ x: Double) -> Double {
        errorOperator(.tensor(full([], x, dtype: .float64))).item()
    }

    /// Independent ones with `probability`, else zeros; the generator gives the seed.
    public static func bernoulli(
        _ shape: [Int], probability: Double, dtype: DType = .float32, device: Device = .cpu,
        using generator: inout some RandomNumberGenerator
    ) -> Tensor {
        bernoulliOperator(
            .tensor(empty(shape, dtype: dtype, device: device)), .double(probability),
            .generator(seed: generator.next(), device))
    }

    /// For each row of weights `[N, M]`, `draws` indices of columns, each as likely as its weight: `[N, draws]` int64.
    ///
    /// - Precondition: weights are finite and not negative, and some of each row is positive.
    public static func draws(
        _ draws: Int, weights: Tensor, using generator: inout some RandomNumberGenerator
    ) -> Tensor {
        multinomialOperator(
            .tensor(weights), .int(draws), .bool(true), .generator(seed: generator.next(), weights.device))
    }
}
