public import Torch

/// Pairs of an anchor and another, by their positions.
public struct IndexPairs {
    /// The positions of the anchors, `[P]` int64.
    public let anchors: Tensor
    /// The positions of the others, `[P]` int64.
    public let others: Tensor

    /// Creates the list.
    public init(anchors: Tensor, others: Tensor) {
        require(
            anchors.rank == 1 && anchors.shape == others.shape && anchors.dtype == .int64 && others.dtype == .int64,
            "IndexPairs: expected two lists [P] int64, got \(anchors.signature) and \(others.signature)")
        self.anchors = anchors
        self.others = others
    }

    /// All pairs of a mask `[N, M]` bool, row by row.
    init(where mask: Tensor) {
        let indices = mask.nonzeroIndices()
        self.init(anchors: indices.selected(0, along: 1), others: indices.selected(1, along: 1))
    }

    /// P, the number of pairs.
    public var count: Int { anchors.count }

    /// The pairs in `range`.
    subscript(range: Range<Int>) -> IndexPairs {
        IndexPairs(anchors: anchors[range], others: others[range])
    }
}
