public import Torch

/// Anchors, what each is compared with, and which of these pairs belong together.
public struct Comparison {
    /// The anchors, `[N, D]`, float32 or float64.
    public let anchors: Tensor
    /// The labels of the anchors, `[N]` int64.
    public let anchorLabels: Tensor
    /// What the anchors are compared with, `[M, D]`.
    public let others: Tensor
    /// The labels of the others, `[M]` int64.
    public let otherLabels: Tensor
    /// Whether an anchor and another are of one class, and not the same sample: `[N, M]` bool.
    public let positives: Tensor
    /// Whether an anchor and another are of different classes: `[N, M]` bool.
    public let negatives: Tensor
    /// Whether the others are the anchors themselves.
    public let isWithinBatch: Bool

    /// Compares the embeddings `[N, D]` of a batch with labels `[N]` int64 with each other.
    public init(_ embeddings: Tensor, _ labels: Tensor) {
        Self.check(embeddings, labels)
        let same = labels.unsqueezed(1).equals(labels.unsqueezed(0))
        let order = Tensor.arange(labels.count, device: labels.device)
        let embeddings = embeddings.inFullPrecision()
        self.init(
            anchors: embeddings, anchorLabels: labels, others: embeddings, otherLabels: labels,
            positives: same .& .!order.unsqueezed(1).equals(order.unsqueezed(0)), negatives: .!same,
            isWithinBatch: true)
    }

    /// Compares embeddings `[N, D]` with labels `[N]` int64 with `others` `[M, D]`, labels `[M]` int64.
    ///
    /// - Parameters:
    ///   - embeddings: the anchors, `[N, D]`.
    ///   - labels: theirs, `[N]` int64.
    ///   - others: what they are compared with, `[M, D]`.
    ///   - otherLabels: theirs, `[M]` int64.
    ///   - identities: where both are the same sample, and so no pair: `[N, M]` bool; nil for nowhere.
    public init(
        _ embeddings: Tensor, _ labels: Tensor, with others: Tensor, _ otherLabels: Tensor, identities: Tensor? = nil
    ) {
        Self.check(embeddings, labels)
        Self.check(others, otherLabels)
        require(
            embeddings.size(1) == others.size(1),
            "Comparison: expected others [M, \(embeddings.size(1))], got \(others.signature)")
        let same = labels.unsqueezed(1).equals(otherLabels.unsqueezed(0))
        if let identities {
            require(
                identities.dtype == .bool && identities.shape == same.shape,
                "Comparison: expected identities \(same.shape) bool, got \(identities.signature)")
        }
        let embeddings = embeddings.inFullPrecision()
        self.init(
            anchors: embeddings, anchorLabels: labels, others: others.to(embeddings.dtype), otherLabels: otherLabels,
            positives: identities.map { same .& .!$0 } ?? same, negatives: .!same, isWithinBatch: false)
    }

    private init(
        anchors: Tensor, anchorLabels: Tensor, others: Tensor, otherLabels: Tensor, positives: Tensor,
        negatives: Tensor, isWithinBatch: Bool
    ) {
        self.anchors = anchors
        self.anchorLabels = anchorLabels
        self.others = others
        self.otherLabels = otherLabels
        self.positives = positives
        self.negatives = negatives
        self.isWithinBatch = isWithinBatch
    }

    /// The same comparison, of the mined pairs only; a pair that several triplets share counts once.
    public func keeping(_ mined: MinedIndices) -> Comparison {
        let (positive, negative) =
            switch mined {
            case .pairs(let positives, let negatives): (positives, negatives)
            case .triplets(let triplets): (triplets.positivePairs, triplets.negativePairs)
            }
        return Comparison(
            anchors: anchors, anchorLabels: anchorLabels, others: others, otherLabels: otherLabels,
            positives: mask(of: positive), negatives: mask(of: negative), isWithinBatch: isWithinBatch)
    }

    /// The numbers of the pairs in a matrix `[N, M]` read row by row, `[P]` int64.
    func places(of pairs: IndexPairs) -> Tensor {
        pairs.anchors * Tensor(Int64(others.size(0))).to(pairs.anchors.device) + pairs.others
    }

    private func mask(of pairs: IndexPairs) -> Tensor {
        let mask = Tensor.zeros([positives.count], dtype: .bool, device: positives.device)
        mask.fill(1, at: places(of: pairs))
        return mask.reshaped(positives.shape)
    }

    private static func check(_ embeddings: Tensor, _ labels: Tensor) {
        require(
            embeddings.rank == 2 && embeddings.dtype.isFloatingPoint,
            "Comparison: expected embeddings [N, D] of floating point, got \(embeddings.signature)")
        require(
            labels.dtype == .int64 && labels.rank == 1 && labels.size(0) == embeddings.size(0),
            "Comparison: expected labels [\(embeddings.size(0))] int64, got \(labels.signature)")
    }
}
