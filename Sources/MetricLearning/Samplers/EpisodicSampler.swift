import Files
import Randomness

/// Episodes of N ways, K shots and Q queries: what ``PrototypicalLoss`` learns from.
///
/// Each batch is an episode of N different classes drawn at random, and of each class K + Q different samples: first the K
/// support samples of all classes, class by class, then the Q queries of all. Classes with fewer samples are never drawn.
/// Episodes are independent of each other. Vinyals et al., "Matching Networks for One Shot Learning", NIPS 2016.
public struct EpisodicSampler: BatchSampler {
    private let eligible: [[Int]]
    private let ways: Int
    private let shots: Int
    private let queries: Int
    private let episodes: Int

    /// Creates the sampler.
    ///
    /// - Parameters:
    ///   - labels: the label of each sample.
    ///   - ways: N, classes in an episode.
    ///   - shots: K, support samples of each class.
    ///   - queries: Q, query samples of each class.
    ///   - episodes: in an epoch.
    /// - Throws: `UserFacingError` when a number is not positive, or too few classes have enough samples.
    public init(labels: [Int], ways: Int, shots: Int, queries: Int, episodes: Int) throws {
        let name = "episodic sampler"
        for (field, value) in [("ways", ways), ("shots", shots), ("queries", queries), ("episodes", episodes)]
        where value <= 0 {
            throw UserFacingError(
                name, field: field,
                problem: "\(value) is not positive",
                remedy: "choose 1 or more")
        }
        eligible = ClassIndex(labels).members.filter { $0.count >= shots + queries }
        guard eligible.count >= ways else {
            throw UserFacingError(
                name, field: "ways",
                problem: "\(ways) classes of \(shots + queries) samples are wanted, the data has \(eligible.count)",
                remedy: "choose fewer ways, shots or queries")
        }
        self.ways = ways
        self.shots = shots
        self.queries = queries
        self.episodes = episodes
    }

    /// The episodes of an epoch.
    public func batches(seed: UInt64, epoch: Int) -> [[Int]] {
        (0..<episodes).map { episode in
            var generator = SeededGenerator(seed: seed, path: Self.purpose, UInt64(epoch), UInt64(episode))
            let drawn = generator.permutation(of: eligible.count).prefix(ways).map { kind in
                generator.permutation(of: eligible[kind].count).prefix(shots + queries).map { eligible[kind][$0] }
            }
            return drawn.flatMap { $0.prefix(shots) } + drawn.flatMap { $0.dropFirst(shots) }
        }
    }

    // Keeps these draws apart from those of other parts that have the same seed.
    private static let purpose: UInt64 = 0x6570_6973_6F64
}
