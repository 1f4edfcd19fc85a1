import Files
public import Torch

/// Numbers that any language can compute again, for weights too many to store: see `formula` in the fixtures' settings.
public enum ClosedForm {
    /// Element `i` is a hash of `i` and `offset`, spread evenly from `-scale / 2` to `scale / 2` and rounded to 32 bits.
    public static func values(count: Int, offset: Int, scale: Double) -> [Float] {
        (0..<UInt64(count)).map { index in
            var hash = UInt32(truncatingIfNeeded: index &* 2_654_435_761 &+ UInt64(offset))
            hash ^= hash >> 16
            hash = hash &* 2_246_822_507
            hash ^= hash >> 13
            hash = hash &* 3_266_489_909
            hash ^= hash >> 16
            return Float((Double(hash) / 0x1p32 - 0.5) * scale)
        }
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
        let values = ClosedForm.values(count: shape.reduce(1, *), offset: offset, scale: scale)
        return Tensor(values, shape: shape).to(.float64)
    }
}
