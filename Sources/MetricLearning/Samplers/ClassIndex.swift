import Randomness

/// Which samples belong to each class.
struct ClassIndex: Sendable {
    /// The positions of each class's samples, classes in the order of their labels.
    let members: [[Int]]
    /// The label of each class.
    let labels: [Int]

    init(_ labels: [Int]) {
        let groups = Dictionary(grouping: labels.indices) { labels[$0] }
        self.labels = groups.keys.sorted()
        members = self.labels.map { groups[$0] ?? [] }
    }

    /// Every sample of a class in chunks of `size`, in random order.
    ///
    /// A class that does not divide evenly fills its last chunk with samples that were in earlier ones; one smaller than a
    /// chunk repeats its samples.
    func chunks(of size: Int, inClass index: Int, using generator: inout SeededGenerator) -> [[Int]] {
        let members = members[index]
        let order = generator.permutation(of: members.count).map { members[$0] }
        return stride(from: 0, to: order.count, by: size).map { start in
            // Past the end it goes on from the beginning, which lies outside of the chunk if the class is large enough.
            (start..<start + size).map { order[$0 % order.count] }
        }
    }
}
