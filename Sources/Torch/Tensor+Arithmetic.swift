/// Arithmetic and functions of each element, with PyTorch's broadcasting and type promotion.
extension Tensor {
    private static let addOperator = Operator("aten::add", "Tensor")
    private static let subtractOperator = Operator("aten::sub", "Tensor")
    private static let multiplyOperator = Operator("aten::mul", "Tensor")
    private static let divideOperator = Operator("aten::div", "Tensor")
    private static let addScalarOperator = Operator("aten::add", "Scalar")
    private static let multiplyScalarOperator = Operator("aten::mul", "Scalar")
    private static let divideScalarOperator = Operator("aten::div", "Scalar")
    private static let reciprocalOperator = Operator("aten::reciprocal")
    private static let negateOperator = Operator("aten::neg")
    private static let addInPlaceOperator = Operator("aten::add_", "Tensor")
    private static let multiplyInPlaceOperator = Operator("aten::mul_", "Scalar")
    private static let fillOperator = Operator("aten::fill_", "Scalar")
    private static let powerOperator = Operator("aten::pow", "Tensor_Scalar")
    private static let squareRootOperator = Operator("aten::sqrt")
    private static let exponentialOperator = Operator("aten::exp")
    private static let logarithmOperator = Operator("aten::log")
    private static let absoluteOperator = Operator("aten::abs")
    private static let clampOperator = Operator("aten::clamp")
    private static let clampInPlaceOperator = Operator("aten::clamp_")
    private static let floorOperator = Operator("aten::floor")
    private static let sineOperator = Operator("aten::sin")
    private static let cosineOperator = Operator("aten::cos")
    private static let arcTangentOperator = Operator("aten::atan2")
    private static let equalOperator = Operator("aten::eq", "Tensor")
    private static let finiteOperator = Operator("aten::isfinite")
    private static let matrixProductOperator = Operator("aten::matmul")
    private static let arcCosineOperator = Operator("aten::acos")
    private static let logarithmOfSumOperator = Operator("aten::logaddexp")
    private static let distancesOperator = Operator("aten::cdist")

    /// The sum of each pair of elements.
    public static func + (left: Tensor, right: Tensor) -> Tensor { addOperator(.tensor(left), .tensor(right)) }
    /// The difference of each pair of elements.
    public static func - (left: Tensor, right: Tensor) -> Tensor { subtractOperator(.tensor(left), .tensor(right)) }
    /// The product of each pair of elements.
    public static func * (left: Tensor, right: Tensor) -> Tensor { multiplyOperator(.tensor(left), .tensor(right)) }
    /// The quotient of each pair of elements.
    public static func / (left: Tensor, right: Tensor) -> Tensor { divideOperator(.tensor(left), .tensor(right)) }
    /// A number added to each element.
    public static func + (left: Tensor, right: Double) -> Tensor { addScalarOperator(.tensor(left), .double(right)) }
    /// A number subtracted from each element.
    public static func - (left: Tensor, right: Double) -> Tensor { left + -right }
    /// Each element times a number.
    public static func * (left: Tensor, right: Double) -> Tensor {
        multiplyScalarOperator(.tensor(left), .double(right))
    }
    /// Each element times a number.
    public static func * (left: Double, right: Tensor) -> Tensor { right * left }
    /// Each element divided by a number.
    public static func / (left: Tensor, right: Double) -> Tensor { divideScalarOperator(.tensor(left), .double(right)) }
    /// Each element with the other sign.
    public static prefix func - (tensor: Tensor) -> Tensor { negateOperator(.tensor(tensor)) }

    /// Adds `scale` times `other` in place.
    public func add(_ other: Tensor, scale: Double = 1) {
        // The schema's own 1 is a whole number, which whole numbers ask for.
        Self.addInPlaceOperator.run(.tensor(self), .tensor(other), scale == 1 ? .omitted : .double(scale))
    }

    /// Multiplies by a number in place.
    public func multiply(by factor: Double) {
        Self.multiplyInPlaceOperator.run(.tensor(self), .double(factor))
    }

    /// Sets every element to a number.
    public func fill(_ value: Double) {
        Self.fillOperator.run(.tensor(self), .double(value))
    }

    /// 1 over each element.
    public func reciprocal() -> Tensor { Self.reciprocalOperator(.tensor(self)) }
    /// Each element to the power of `exponent`.
    public func power(_ exponent: Double) -> Tensor { Self.powerOperator(.tensor(self), .double(exponent)) }
    /// Each element times itself.
    public func squared() -> Tensor { self * self }
    /// The square root of each element.
    public func squareRoot() -> Tensor { Self.squareRootOperator(.tensor(self)) }
    /// e to the power of each element.
    public func exponential() -> Tensor { Self.exponentialOperator(.tensor(self)) }
    /// The natural logarithm of each element.
    public func logarithm() -> Tensor { Self.logarithmOperator(.tensor(self)) }
    /// The absolute value of each element.
    public func absolute() -> Tensor { Self.absoluteOperator(.tensor(self)) }
    /// The angle in radians whose cosine is each element; its derivative is infinite at -1 and 1.
    public func arcCosine() -> Tensor { Self.arcCosineOperator(.tensor(self)) }
    /// `log(e^x + e^y)` of each pair of elements, without overflow.
    public static func logarithmOfSumOfExponentials(_ left: Tensor, _ right: Tensor) -> Tensor {
        logarithmOfSumOperator(.tensor(left), .tensor(right))
    }

    /// Each element held within bounds.
    public func clamped(min: Double? = nil, max: Double? = nil) -> Tensor {
        Self.clampOperator(
            .tensor(self), min.map(OperatorArgument.double) ?? .none, max.map(OperatorArgument.double) ?? .none)
    }

    /// Holds each element within bounds, in place.
    public func clamp(min: Double? = nil, max: Double? = nil) {
        Self.clampInPlaceOperator.run(
            .tensor(self), min.map(OperatorArgument.double) ?? .none, max.map(OperatorArgument.double) ?? .none)
    }

    /// The greatest whole number not above each element.
    public func roundedDown() -> Tensor { Self.floorOperator(.tensor(self)) }
    /// The sine of each element, in radians.
    public func sine() -> Tensor { Self.sineOperator(.tensor(self)) }
    /// The cosine of each element, in radians.
    public func cosine() -> Tensor { Self.cosineOperator(.tensor(self)) }

    /// The angle in radians, from -pi to pi, of each pair of a sine and a cosine, which may have a common factor.
    public static func angle(sine: Tensor, cosine: Tensor) -> Tensor {
        arcTangentOperator(.tensor(sine), .tensor(cosine))
    }

    /// Whether each pair of elements is equal, as a tensor of truth values.
    public func equals(_ other: Tensor) -> Tensor { Self.equalOperator(.tensor(self), .tensor(other)) }

    /// Whether each element is neither infinite nor not a number, as a tensor of truth values.
    public func areFinite() -> Tensor { Self.finiteOperator(.tensor(self)) }

    /// Whether no element is infinite or not a number.
    public var isAllFinite: Bool {
        areFinite().all()
    }

    /// The matrix product over the last two dimensions, broadcast over the others.
    public func matrixProduct(_ other: Tensor) -> Tensor {
        Self.matrixProductOperator(.tensor(self), .tensor(other))
    }

    /// The Euclidean distance of each row of `[N, D]` to each of `other` `[M, D]`: `[N, M]`.
    ///
    /// Taken from the differences themselves, so that close rows lose no digits, and with a derivative of 0 where the
    /// distance is 0.
    public func euclideanDistances(to other: Tensor) -> Tensor {
        // Mode 2 keeps libtorch from expanding the square into a matrix product.
        Self.distancesOperator(.tensor(self), .tensor(other), .double(2), .int(2))
    }
}
