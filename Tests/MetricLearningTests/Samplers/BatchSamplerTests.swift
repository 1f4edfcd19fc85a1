import MetricLearning
import Testing

/// How an order is divided into batches.
struct BatchSamplerTests {
    @Test(arguments: [
        (10, 4, [4, 4, 2]), (9, 4, [4, 5]), (8, 4, [4, 4]), (5, 4, [5]), (1, 4, [1]), (3, 1, [1, 1, 1]), (0, 4, []),
    ])
    func aLoneLastOneJoinsTheBatchBefore(count: Int, size: Int, sizes: [Int]) {
        let batches = BalancedSampler.divided(Array(0..<count), by: size)
        #expect(batches.map(\.count) == sizes)
        #expect(batches.flatMap(\.self) == Array(0..<count))
    }
}
