import Torch

/// Lengths and directions of the rows of `[N, D]`.
extension Tensor {
    /// Rows this much longer than 1 are shortened before their squares are summed, which 32 bits hold up to 1e38.
    private static let longestSafeEntry = 1e15

    /// Each row `x / max(|x|, 1e-12)`, however long: of length 1, or shorter where the row is all but zero.
    func normalizedRows() -> Tensor {
        shortened().rows.normalised()
    }

    /// The same of rows whose squares 32 bits hold, such as class vectors, at less than half the cost.
    func normalised() -> Tensor {
        self / norm(along: -1, keeping: true).clamped(min: 1e-12)
    }

    /// Rows made shorter where squares of their entries could overflow, and the factors `[N, 1]`, else 1.
    func shortened() -> (rows: Tensor, factors: Tensor) {
        let factors = withoutGradients {
            (absolute().maximum(along: [-1], keeping: true) / Self.longestSafeEntry).clamped(min: 1)
        }
        return (self / factors, factors)
    }

    /// The lengths of the rows, `[N]`.
    func lengths() -> Tensor {
        let (rows, factors) = shortened()
        return rows.norm(along: 1) * factors.squeezed(1)
    }
}
