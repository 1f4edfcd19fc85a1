import Randomness

/// Chunks of several kinds put together so that no group has two of one kind.
enum DistinctGroups {
    /// Groups of `size` chunks of different kinds, in random order, with every chunk in one of them.
    ///
    /// Kinds with the most chunks left come first, at random among equals, so that few groups need filling; where kinds run
    /// out, `extra` makes chunks of others.
    ///
    /// - Parameters:
    ///   - chunks: of each kind; there are at least `size` kinds.
    ///   - extra: one more chunk of a kind.
    static func packed<Chunk>(
        _ chunks: [[Chunk]], size: Int, using generator: inout SeededGenerator,
        extra: (Int, inout SeededGenerator) -> Chunk
    ) -> [[Chunk]] {
        var left = chunks
        // Kinds by how many chunks they have left.
        var kinds = [[Int]](repeating: [], count: (chunks.map(\.count).max() ?? 0) + 1)
        for kind in chunks.indices { kinds[chunks[kind].count].append(kind) }
        var groups: [[Chunk]] = []
        while let most = kinds.lastIndex(where: { !$0.isEmpty }), most > 0 {
            var chosen: [Int] = []
            var level = most
            while chosen.count < size {
                if kinds[level].isEmpty {
                    level -= 1
                    continue
                }
                let index = generator.index(below: kinds[level].count)
                kinds[level].swapAt(index, kinds[level].count - 1)
                chosen.append(kinds[level].removeLast())
            }
            groups.append(chosen.map { kind in left[kind].popLast() ?? extra(kind, &generator) })
            for kind in chosen { kinds[left[kind].count].append(kind) }
            while kinds.count > 1, kinds[kinds.count - 1].isEmpty { kinds.removeLast() }
        }
        return generator.permutation(of: groups.count).map { groups[$0] }
    }
}
