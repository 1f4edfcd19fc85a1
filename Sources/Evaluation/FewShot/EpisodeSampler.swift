import Files
import Randomness
import Torch

/// Draws N-way K-shot tasks from labelled samples. Vinyals et al., "Matching networks for one shot learning", 2016.
///
/// Episode `e` is drawn by a generator of its own, so that it depends on the seed and `e` alone.
public struct EpisodeSampler: Sendable {
    /// The number of classes of an episode, N.
    public let ways: Int
    /// The number of examples of each class, K.
    public let shots: Int
    /// The number of samples of each class to be named, Q.
    public let queries: Int
    /// The seed of all draws.
    public let seed: UInt64

    /// How many samples there are.
    let sampleCount: Int
    private let classes: [Int64]
    private let members: [[Int]]

    /// Sorts samples by their labels.
    ///
    /// - Parameters:
    ///   - labels: the class of each sample, `[M]`, any 64-bit number.
    ///   - ways: the number of classes of an episode, at least 2.
    ///   - shots: the number of examples of each class, at least 1.
    ///   - queries: the number of samples of each class to be named, at least 1.
    ///   - seed: the seed of all draws.
    ///   - name: what a class is called in messages.
    /// - Throws: `UserFacingError` that names the classes which have too few samples, or says that there are too few
    ///   classes.
    public init(
        labels: [Int64], ways: Int, shots: Int, queries: Int = 15, seed: UInt64,
        name: (Int64) -> String = { "\($0)" }
    ) throws {
        require(
            ways >= 2 && shots >= 1 && queries >= 1,
            "EpisodeSampler: expected at least 2 ways, 1 shot and 1 query, got \(ways), \(shots) and \(queries)")
        let rows = Dictionary(grouping: labels.indices) { labels[$0] }
        let classes = rows.keys.sorted()
        let small = classes.filter { (rows[$0]?.count ?? 0) < shots + queries }
        guard small.isEmpty else {
            let named = small.prefix(5).map { "\(name($0)) (\(rows[$0]?.count ?? 0))" }.joined(separator: ", ")
            let more = small.count > 5 ? " and \(small.count - 5) more" : ""
            throw UserFacingError(
                "few-shot episodes", field: "classes",
                problem: "an episode takes \(shots + queries) samples of a class, too few have \(named)\(more)",
                remedy: "leave these classes out, or ask for fewer shots or queries")
        }
        guard classes.count >= ways else {
            throw UserFacingError(
                "few-shot episodes", field: "classes",
                problem: "an episode takes \(ways) classes, there are \(classes.count)",
                remedy: "ask for fewer ways, or give samples of more classes")
        }
        self.ways = ways
        self.shots = shots
        self.queries = queries
        self.seed = seed
        self.classes = classes
        sampleCount = labels.count
        members = classes.map { rows[$0] ?? [] }
    }

    /// Draws one episode.
    ///
    /// - Parameter index: its number, from 0.
    public func episode(_ index: Int) -> Episode {
        var generator = SeededGenerator(seed: seed, path: UInt64(index))
        let drawn = Array(generator.permutation(of: classes.count).prefix(ways))
        let rows = drawn.map { place in
            generator.permutation(of: members[place].count).prefix(shots + queries).map { members[place][$0] }
        }
        return Episode(
            classes: drawn.map { classes[$0] }, support: rows.map { Array($0.prefix(shots)) },
            queries: rows.map { Array($0.dropFirst(shots)) })
    }
}
