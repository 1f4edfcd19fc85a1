import Files
import Torch

/// Pairs that are left out of a search: those of a query and a gallery row that have the same key.
struct RemovedPairs {
    /// A key for each query, `[N]`; empty where no pair is removed.
    let queries: [Int64]
    /// A key for each gallery row, `[M]`; empty where no pair is removed.
    let gallery: [Int64]

    /// No pair.
    static let none = RemovedPairs(queries: [], gallery: [])

    /// Each of `count` rows beside itself: removed by its index, so that a duplicate of it stays.
    static func selves(_ count: Int) -> RemovedPairs {
        let keys = (0..<Int64(count)).map { $0 }
        return RemovedPairs(queries: keys, gallery: keys)
    }

    /// What queries do not see of a gallery: where both have groups, what is of their own class and group, as in the protocol of
    /// Market-1501.
    ///
    /// - Throws: `UserFacingError` when only one side has groups.
    static func of(_ queries: LabelledEmbeddings, in gallery: LabelledEmbeddings) throws -> RemovedPairs {
        guard (queries.groups == nil) == (gallery.groups == nil) else {
            throw UserFacingError(
                "groups", problem: "are there for \(queries.groups == nil ? "the gallery" : "the queries") alone",
                remedy: "give them for both, or for neither")
        }
        guard queries.groups != nil else { return .none }
        var keys = GroupKeys()
        return RemovedPairs(queries: keys.of(queries), gallery: keys.of(gallery))
    }

    /// What each embedding of a set does not see of it: itself, and where there are groups, others of its class and group.
    static func within(_ set: LabelledEmbeddings) -> RemovedPairs {
        guard set.groups != nil else { return selves(set.labels.count) }
        var keys = GroupKeys()
        let own = keys.of(set)
        return RemovedPairs(queries: own, gallery: own)
    }

    /// The keys of some queries beside all of the gallery.
    func restricted(to range: Range<Int>) -> RemovedPairs {
        queries.isEmpty ? self : RemovedPairs(queries: Array(queries[range]), gallery: gallery)
    }
}

/// Gives rows of one class and one group the same key, and each row of no group its own.
private struct GroupKeys {
    private struct Pair: Hashable {
        let label: Int64
        let group: Int64
    }

    private var numbers: [Pair: Int64] = [:]
    private var next: Int64 = 0

    mutating func of(_ rows: LabelledEmbeddings) -> [Int64] {
        zip(rows.labels, rows.groups ?? []).map { label, group in
            let pair = group.map { Pair(label: label, group: $0) }
            if let known = pair.flatMap({ numbers[$0] }) { return known }
            let number = next
            next += 1
            if let pair { numbers[pair] = number }
            return number
        }
    }
}
