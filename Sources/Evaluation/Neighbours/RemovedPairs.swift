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

    /// Pairs of the same label and the same group, as the protocol of Market-1501 removes them.
    static func sharing(
        labels: [Int64], groups: [Int64], galleryLabels: [Int64], galleryGroups: [Int64]
    ) -> RemovedPairs {
        struct Pair: Hashable {
            let label: Int64
            let group: Int64
        }
        var numbers: [Pair: Int64] = [:]
        func keys(_ labels: [Int64], _ groups: [Int64]) -> [Int64] {
            zip(labels, groups).map { label, group in
                let pair = Pair(label: label, group: group)
                let number = numbers[pair] ?? Int64(numbers.count)
                numbers[pair] = number
                return number
            }
        }
        return RemovedPairs(queries: keys(labels, groups), gallery: keys(galleryLabels, galleryGroups))
    }

    /// The keys of some queries beside all of the gallery.
    func restricted(to range: Range<Int>) -> RemovedPairs {
        queries.isEmpty ? self : RemovedPairs(queries: Array(queries[range]), gallery: gallery)
    }
}
