public import Torch

/// Triplets of an anchor, one of its class and one of another, by their positions.
public struct IndexTriplets {
    /// The positions of the anchors, `[T]` int64.
    public let anchors: Tensor
    /// The positions of the positives, `[T]` int64.
    public let positives: Tensor
    /// The positions of the negatives, `[T]` int64.
    public let negatives: Tensor

    /// Creates the list.
    public init(anchors: Tensor, positives: Tensor, negatives: Tensor) {
        let lists = [anchors, positives, negatives]
        require(
            lists.allSatisfy { $0.dtype == .int64 && $0.rank == 1 && $0.shape == anchors.shape },
            "IndexTriplets: expected three lists [T] int64, got \(lists.map(\.signature).joined(separator: ", "))")
        self.anchors = anchors
        self.positives = positives
        self.negatives = negatives
    }

    /// Several lists as one; the device is for when there are none.
    init(joining parts: [IndexTriplets], device: Device) {
        func joined(_ list: KeyPath<IndexTriplets, Tensor>) -> Tensor {
            parts.isEmpty ? .zeros([0], dtype: .int64, device: device) : .concatenated(parts.map { $0[keyPath: list] })
        }
        self.init(anchors: joined(\.anchors), positives: joined(\.positives), negatives: joined(\.negatives))
    }

    /// T, the number of triplets.
    public var count: Int { anchors.count }

    /// The pairs of anchors and positives.
    public var positivePairs: IndexPairs { IndexPairs(anchors: anchors, others: positives) }

    /// The pairs of anchors and negatives.
    public var negativePairs: IndexPairs { IndexPairs(anchors: anchors, others: negatives) }
}
