/// For each anchor its farthest positive and its closest negative; anchors without either are left out.
///
/// The first of several equally far is taken. Hermans et al., "In Defense of the Triplet Loss for Person Re-Identification",
/// 2017. Outliers are what it finds first, so labels should be clean and batches of a few classes with several samples.
public struct BatchHardMiner: Miner {
    private let miner: BatchEasyHardMiner

    /// Creates the miner.
    ///
    /// - Parameter distance: how far apart embeddings are.
    public init(distance: any Distance = EuclideanDistance()) {
        miner = BatchEasyHardMiner(positives: .hardest, negatives: .hardest, distance: distance)
    }

    /// One triplet for each anchor that has both a positive and a negative.
    public func mine(_ comparison: Comparison) -> MinedIndices {
        miner.mine(comparison)
    }
}
