import Foundation
import Randomness
import Testing

@Suite struct DrawTests {
    private let count = 100_000

    /// The mean square of `(observed - expected) / sqrt(expected)` is 1 with a variance of 2 over the degrees of freedom.
    private func expectUniform(_ counts: [Int], sourceLocation: SourceLocation = #_sourceLocation) {
        let expected = Double(counts.reduce(0, +)) / Double(counts.count)
        let freedom = Double(counts.count - 1)
        let square = counts.reduce(0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected }
        #expect(abs(square - freedom) < 5 * (2 * freedom).squareRoot(), sourceLocation: sourceLocation)
    }

    @Test(arguments: [2, 3, 7, 10, 100]) func indicesAreUniform(bound: Int) {
        var generator = SeededGenerator(seed: UInt64(bound))
        var counts = [Int](repeating: 0, count: bound)
        for _ in 0..<count { counts[generator.index(below: bound)] += 1 }
        expectUniform(counts)
    }

    /// With the bound 3 * 2^61 the plain product would give 3, 3 and 2 of each 8 numbers to three neighbouring values.
    @Test func indicesOfLargeBoundsHaveNoBias() {
        var generator = SeededGenerator(seed: 5)
        let bound = 3 << 61
        var counts = [0, 0, 0]
        for _ in 0..<count {
            let index = generator.index(below: bound)
            #expect(index >= 0 && index < bound)
            counts[index % 3] += 1
        }
        expectUniform(counts)
    }

    @Test func theOnlyIndexBelowOneIsZero() {
        var generator = SeededGenerator(seed: 1)
        #expect((0..<100).allSatisfy { _ in generator.index(below: 1) == 0 })
    }

    @Test func aBoundOfZeroTraps() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            var generator = SeededGenerator(seed: 1)
            _ = generator.index(below: 0)
        }
        let text = result.map { String(decoding: $0.standardErrorContent, as: UTF8.self) } ?? ""
        #expect(text.contains("index(below:) expected a positive bound, got 0"))
    }

    @Test(arguments: [0, 1, 2, 10, 1000]) func permutationsHaveEveryIndexOnce(count: Int) {
        for seed in 0..<20 as Range<UInt64> {
            var generator = SeededGenerator(seed: seed)
            #expect(generator.permutation(of: count).sorted() == Array(0..<count))
        }
    }

    @Test func permutationsDifferBySeedAndAreUniform() {
        var first = SeededGenerator(seed: 1)
        var same = SeededGenerator(seed: 1)
        var other = SeededGenerator(seed: 2)
        let order = first.permutation(of: 100)
        #expect(order == same.permutation(of: 100))
        #expect(order != other.permutation(of: 100))
        #expect(order != first.permutation(of: 100))
        var counts: [[Int]: Int] = [:]
        for _ in 0..<24_000 { counts[first.permutation(of: 4), default: 0] += 1 }
        #expect(counts.count == 24)
        expectUniform(Array(counts.values))
    }

    @Test func uniformNumbersFillTheirRange() {
        var generator = SeededGenerator(seed: 3)
        var counts = [Int](repeating: 0, count: 50)
        for _ in 0..<count {
            let value = generator.uniform(in: -2...3)
            #expect(value >= -2 && value < 3)
            counts[Int((value + 2) * 10)] += 1
        }
        expectUniform(counts)
    }

    @Test func normalNumbersHaveTheirMoments() {
        var generator = SeededGenerator(seed: 4)
        let values = (0..<count).map { _ in generator.normal() }
        func moment(_ power: Double) -> Double { values.reduce(0) { $0 + pow($1, power) } / Double(count) }
        // Five standard errors: the variance of x^k is E[x^2k] - E[x^k]^2, that is 1, 2, 15 and 96.
        let error = 5 / Double(count).squareRoot()
        #expect(abs(moment(1)) < error)
        #expect(abs(moment(2) - 1) < error * 2.0.squareRoot())
        #expect(abs(moment(3)) < error * 15.0.squareRoot())
        #expect(abs(moment(4) - 3) < error * 96.0.squareRoot())
        // P(x < 1) is 0.8413447460685429: scipy.stats.norm.cdf(1).
        let share = Double(values.count { $0 < 1 }) / Double(count)
        #expect(abs(share - 0.8413447460685429) < error * 0.1335.squareRoot())
        #expect(values.allSatisfy { $0.isFinite })
    }
}
