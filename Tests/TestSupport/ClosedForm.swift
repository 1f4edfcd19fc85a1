import Files
public import Torch

/// Numbers that any language can compute again, for weights too many to store: see `formula` in the fixtures' settings.
public enum ClosedForm {
    private static let multiply = Operator("aten::mul", "Scalar")
    private static let add = Operator("aten::add", "Scalar")
    private static let and = Operator("aten::bitwise_and", "Scalar")
    private static let exclusiveOr = Operator("aten::bitwise_xor", "Tensor")
    private static let shiftRight = Operator("aten::__rshift__", "Scalar")

    /// Element `i` is a hash of `i` and `offset`, spread evenly from `-scale / 2` to `scale / 2` and rounded to 32 bits;
    /// float64.
    public static func values(_ shape: [Int], offset: Int, scale: Double) -> Tensor {
        // Products beyond 63 bits wrap, and the lower 32 bits stay right.
        func kept(_ hash: Tensor) -> Tensor { and(.tensor(hash), .int(0xFFFF_FFFF)) }
        func mixed(_ hash: Tensor, _ shift: Int, _ factor: Int) -> Tensor {
            let folded = exclusiveOr(.tensor(hash), .tensor(shiftRight(.tensor(hash), .int(shift))))
            return factor == 1 ? folded : kept(multiply(.tensor(folded), .int(factor)))
        }
        let index = multiply(.tensor(.arange(shape.reduce(1, *))), .int(2_654_435_761))
        let start = kept(add(.tensor(index), .int(offset), .int(1)))
        let hash = mixed(mixed(mixed(start, 16, 2_246_822_507), 13, 3_266_489_909), 16, 1)
        return ((hash.to(.float64) / 0x1p32 - 0.5) * scale).to(.float32).to(.float64).reshaped(shape)
    }
}

extension Fixture.Case {
    /// The tensor that the case's `recipes` give for `name`, in float64.
    ///
    /// - Throws: `UserFacingError` when there is no such recipe.
    public func closedForm(_ name: String, shape: [Int]) throws -> Tensor {
        guard let recipe = settings["recipes"]?[name], let offset = recipe["offset"]?.integer,
            let scale = recipe["scale"]?.number, let constant = recipe["constant"]?.number
        else {
            throw UserFacingError(self.name, field: name, problem: "has no recipe", remedy: "make the fixtures again")
        }
        guard scale != 0 else { return .full(shape, constant, dtype: .float64) }
        return ClosedForm.values(shape, offset: offset, scale: scale)
    }
}
