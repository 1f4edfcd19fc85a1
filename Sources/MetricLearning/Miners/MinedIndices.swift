/// What a miner chose of a comparison.
public enum MinedIndices {
    /// Pairs of one class and pairs of two classes, in no relation to each other.
    case pairs(positives: IndexPairs, negatives: IndexPairs)

    /// Triplets.
    case triplets(IndexTriplets)
}
