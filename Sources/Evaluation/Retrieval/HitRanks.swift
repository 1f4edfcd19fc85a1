/// At which ranks of the whole gallery, ordered by closeness, the hits of some queries stand: all that retrieval is
/// measured by.
struct HitRanks: Equatable {
    /// The ranks of all hits, from 1 and ascending within a query; queries one after another.
    var ranks: [Int64]
    /// The number of hits of each query, which may be 0.
    var counts: [Int64]
    /// Whether another is exactly as close to the query as one of its hits, so that ids decided their order.
    var isTied: [Bool]

    /// Calls `body` with the position of each query and the ranks of its hits.
    func forEach(_ body: (_ query: Int, _ ranks: ArraySlice<Int64>) -> Void) {
        var begin = 0
        for (query, count) in counts.enumerated() {
            body(query, ranks[begin..<begin + Int(count)])
            begin += Int(count)
        }
    }
}
