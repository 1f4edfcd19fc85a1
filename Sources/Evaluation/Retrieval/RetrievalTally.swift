/// The measures of queries as they come, added up over all of them and over each class.
struct RetrievalTally {
    private struct ClassTally {
        var scores: RetrievalScores
        var count = 0
    }

    private let cutoffs: [Int]
    private var classes: [Int64: ClassTally] = [:]
    private var firstRanks: [Int]
    /// How many queries had a hit.
    private(set) var queryCount = 0
    /// Whether each had none, in their order.
    private(set) var isLone: [Bool] = []
    /// How many had a hit and another at exactly one distance.
    private(set) var tiedCount = 0

    init(cutoffs: [Int], curveLength: Int) {
        self.cutoffs = cutoffs
        firstRanks = [Int](repeating: 0, count: curveLength)
    }

    var classCount: Int { classes.count }

    mutating func add(_ hits: HitRanks, labels: [Int64]) {
        hits.forEach { query, ranks in
            isLone.append(ranks.isEmpty)
            guard let first = ranks.first else { return }
            let empty = ClassTally(scores: RetrievalScores(cutoffCount: cutoffs.count))
            classes[labels[query], default: empty].scores.add(RetrievalScores(ranks: ranks, cutoffs: cutoffs))
            classes[labels[query], default: empty].count += 1
            queryCount += 1
            if first <= firstRanks.count { firstRanks[Int(first) - 1] += 1 }
            if hits.isTied[query] { tiedCount += 1 }
        }
    }

    /// The means over queries.
    var micro: RetrievalScores? { mean { _ in 1 / Double(queryCount) } }

    /// The means over classes.
    var macro: RetrievalScores? { mean { 1 / (Double($0) * Double(classCount)) } }

    /// The share of queries whose first hit stands at each rank or before.
    var matchCurve: [Double] {
        guard queryCount > 0 else { return [] }
        var found = 0
        return firstRanks.map { count in
            found += count
            return Double(found) / Double(queryCount)
        }
    }

    /// The sums of the classes, each times a factor that depends on its number of queries.
    private func mean(_ factor: (Int) -> Double) -> RetrievalScores? {
        guard queryCount > 0 else { return nil }
        var result = RetrievalScores(cutoffCount: cutoffs.count)
        // In the order of labels, since that of a dictionary changes from run to run, and with it the last digit of a sum.
        for (_, tally) in classes.sorted(by: { $0.key < $1.key }) {
            result.add(tally.scores, times: factor(tally.count))
        }
        return result
    }
}
