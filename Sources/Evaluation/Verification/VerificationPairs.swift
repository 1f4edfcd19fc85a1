public import Torch

/// Pairs of embeddings, and whether both are of the same identity.
public struct VerificationPairs: Sendable, Equatable {
    /// The row of the first embedding of each pair, `[P]`.
    public let first: [Int]

    /// The row of the second embedding of each pair, `[P]`.
    public let second: [Int]

    /// Whether both are of the same identity, `[P]`.
    public let isSame: [Bool]

    /// Lists pairs, in an order that is kept.
    ///
    /// - Parameters:
    ///   - first: the row of the first embedding of each pair, `[P]`.
    ///   - second: the row of the second embedding of each pair, `[P]`.
    ///   - isSame: whether both are of the same identity, `[P]`.
    /// - Precondition: all are of one length.
    public init(first: [Int], second: [Int], isSame: [Bool]) {
        require(
            first.count == second.count && first.count == isSame.count,
            "VerificationPairs: \(first.count) first and \(second.count) second rows, \(isSame.count) answers")
        self.first = first
        self.second = second
        self.isSame = isSame
    }

    /// The number of pairs.
    public var count: Int { first.count }

    /// The cosine of each pair, from -1 to 1, computed in float64: `[P]`.
    ///
    /// - Parameter embeddings: `[N, D]`, of any length.
    /// - Throws: `UserFacingError` that names the first row which is not finite or zero.
    /// - Precondition: the pairs' rows are within the embeddings.
    public func cosines(of embeddings: Tensor) throws -> [Double] {
        let (left, right) = try sides(of: embeddings, "cosines(of:)")
        return (left * right).sum(along: [1]).clamped(min: -1, max: 1).array(of: Double.self)
    }

    /// The squared Euclidean distance of each pair of embeddings scaled to length 1, from 0 to 4, in float64: `[P]`.
    ///
    /// Taken from the differences themselves, so that pairs which lie close lose no digits.
    ///
    /// - Parameter embeddings: `[N, D]`, of any length.
    /// - Throws: `UserFacingError` that names the first row which is not finite or zero.
    /// - Precondition: the pairs' rows are within the embeddings.
    public func squaredDistances(of embeddings: Tensor) throws -> [Double] {
        let (left, right) = try sides(of: embeddings, "squaredDistances(of:)")
        return (left - right).squared().sum(along: [1]).array(of: Double.self)
    }

    private func sides(of embeddings: Tensor, _ operation: String) throws -> (Tensor, Tensor) {
        let directions = try embeddings.detached().to(.float64).directions(operation)
        let rows = 0..<directions.size(0)
        for row in [first.min(), first.max(), second.min(), second.max()].compactMap({ $0 }) {
            require(rows.contains(row), "\(operation): a pair has row \(row) of embeddings \(embeddings.signature)")
        }
        func side(_ indices: [Int]) -> Tensor { directions.gathered(Tensor(indices).to(directions.device)) }
        return (side(first), side(second))
    }
}
