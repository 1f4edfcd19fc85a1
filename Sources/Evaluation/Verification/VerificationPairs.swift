public import Torch

/// Pairs of embeddings, and whether both are of the same identity.
public struct VerificationPairs: Sendable, Equatable {
    /// How many numbers of one side are held at once.
    private static let blockSize = 1 << 17

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
        try inBlocks(of: embeddings, "cosines(of:)") { left, right in
            (left * right).sum(along: [1]).clamped(min: -1, max: 1)
        }
    }

    /// The squared Euclidean distance of each pair of embeddings scaled to length 1, from 0 to 4, in float64: `[P]`.
    ///
    /// Taken from the differences themselves, so that pairs which lie close lose no digits.
    ///
    /// - Parameter embeddings: `[N, D]`, of any length.
    /// - Throws: `UserFacingError` that names the first row which is not finite or zero.
    /// - Precondition: the pairs' rows are within the embeddings.
    public func squaredDistances(of embeddings: Tensor) throws -> [Double] {
        try inBlocks(of: embeddings, "squaredDistances(of:)") { left, right in
            (left - right).squared().sum(along: [1])
        }
    }

    /// What `body` gives for the directions of both sides in float64, for as many pairs at once as a cache holds.
    private func inBlocks(
        of embeddings: Tensor, _ operation: String, _ body: (Tensor, Tensor) -> Tensor
    ) throws -> [Double] {
        try embeddings.checkDirections(operation)
        for row in [first.min(), first.max(), second.min(), second.max()].compactMap({ $0 }) {
            require(
                (0..<embeddings.size(0)).contains(row),
                "\(operation): a pair has row \(row) of embeddings \(embeddings.signature)")
        }
        let rows = embeddings.detached()
        let block = max(1, Self.blockSize / embeddings.size(1))
        return stride(from: 0, to: count, by: block).flatMap { start in
            let range = start..<min(start + block, count)
            func side(_ indices: [Int]) -> Tensor {
                rows.gathered(Tensor(Array(indices[range])).to(rows.device)).to(.float64).checkedDirections()
            }
            return body(side(first), side(second)).array(of: Double.self)
        }
    }
}
