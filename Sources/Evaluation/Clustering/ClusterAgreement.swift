import Foundation

/// How well two divisions of the same items into groups agree, by mutual information.
///
/// Vinh, Epps and Bailey, "Information Theoretic Measures for Clusterings Comparison", JMLR 11, 2010.
public struct ClusterAgreement: Sendable, Equatable {
    /// Mutual information over the arithmetic mean of both entropies, from 0 to 1; 1 where neither divides at all. Grows with
    /// the number of groups even by chance.
    public let normalizedMutualInformation: Double
    /// The same beyond what chance gives, at most 1, and 0 in the mean by chance; 1 where neither divides at all or both divide all,
    /// and 0 where one does not divide.
    public let adjustedMutualInformation: Double

    /// Compares two divisions, both `[N]` of any numbers; of no item they agree.
    ///
    /// - Complexity: O(N) for as many distinct sizes of groups as are usual.
    /// - Precondition: both have the same number of items.
    public init(_ first: [Int64], _ second: [Int64]) {
        precondition(
            first.count == second.count,
            "ClusterAgreement: \(first.count) items on one side, \(second.count) on the other")
        let (rows, columns) = (Self.numbered(first), Self.numbered(second))
        // Where neither divides, and where every item is a group of its own on both sides, chance gives all there is: 0 / 0.
        let (fewest, most) = (min(rows.sizes.count, columns.sizes.count), max(rows.sizes.count, columns.sizes.count))
        guard most > 1 && fewest < first.count else {
            normalizedMutualInformation = 1
            adjustedMutualInformation = 1
            return
        }
        guard fewest > 1 else {
            normalizedMutualInformation = 0
            adjustedMutualInformation = 0
            return
        }
        let shared = Self.sharedSizes(rows, columns)
        let total = Double(first.count)
        let information = max(
            0,
            shared.reduce(0) { sum, cell in
                let both = Double(cell.count)
                let apart = Double(rows.sizes[cell.row]) * Double(columns.sizes[cell.column])
                return sum + both / total * log(total * both / apart)
            })
        let entropy = (Self.entropy(rows.sizes) + Self.entropy(columns.sizes)) / 2
        normalizedMutualInformation = min(1, information / entropy)
        let expected = Self.expectedInformation(rows.sizes, columns.sizes, total: first.count)
        adjustedMutualInformation = min(1, (information - expected) / max(entropy - expected, .ulpOfOne))
    }

    private typealias Groups = (members: [Int], sizes: [Int])

    private static func numbered(_ labels: [Int64]) -> Groups {
        var numbers: [Int64: Int] = [:]
        var sizes: [Int] = []
        let members = labels.map { label in
            let number = numbers[label] ?? sizes.count
            if number == sizes.count {
                numbers[label] = number
                sizes.append(0)
            }
            sizes[number] += 1
            return number
        }
        return (members, sizes)
    }

    private static func sharedSizes(_ rows: Groups, _ columns: Groups) -> [(row: Int, column: Int, count: Int)] {
        var counts: [Int: Int] = [:]
        for (row, column) in zip(rows.members, columns.members) {
            counts[row * columns.sizes.count + column, default: 0] += 1
        }
        // Sorted, so that the sum over them is the same in every run.
        return counts.sorted { $0.key < $1.key }.map { cell, count in
            (cell / columns.sizes.count, cell % columns.sizes.count, count)
        }
    }

    private static func entropy(_ sizes: [Int]) -> Double {
        let total = Double(sizes.reduce(0, +))
        return -sizes.reduce(0) { $0 + Double($1) / total * log(Double($1) / total) }
    }

    /// The mutual information that two random divisions into groups of these sizes have in the mean: eq. 24a of Vinh et al.
    private static func expectedInformation(_ rows: [Int], _ columns: [Int], total: Int) -> Double {
        let n = Double(total)
        var factorials = [0.0]
        factorials.reserveCapacity(total + 1)
        for number in 0..<total { factorials.append(lgamma(Double(number + 2))) }
        // Pairs of groups of the same sizes have the same term.
        func kinds(_ sizes: [Int]) -> [(size: Int, count: Int)] {
            Dictionary(sizes.map { ($0, 1) }, uniquingKeysWith: +).sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        }
        let columnKinds = kinds(columns)
        var sum = 0.0
        for row in kinds(rows) {
            for column in columnKinds {
                let (a, b) = (row.size, column.size)
                let constant =
                    factorials[a] + factorials[b] + factorials[total - a] + factorials[total - b] - factorials[total]
                var term = 0.0
                for both in max(1, a + b - total)...min(a, b) {
                    let share = Double(both) / n * log(n * Double(both) / (Double(a) * Double(b)))
                    let chance =
                        constant - factorials[both] - factorials[a - both] - factorials[b - both]
                        - factorials[total - a - b + both]
                    term += share * exp(chance)
                }
                sum += term * Double(row.count) * Double(column.count)
            }
        }
        return sum
    }
}
