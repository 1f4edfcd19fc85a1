import Evaluation
import Testing

/// Expected: `scipy.stats.t.interval(0.95, n - 1, loc=mean, scale=scipy.stats.sem(values))` of scipy 1.17, half its width.
///
/// Quantiles are kept to four digits after the point, 2.0423 at the end of the table: a part in 40,000; the expansion beyond
/// it is as exact.
struct MeanIntervalTests {
    @Test(arguments: [
        ([0.99, 0.985, 0.991], 0.9886666666666667, 0.00798538551144412),
        ([1, 2], 1.5, 6.353102368087347),
        ((0..<31).map { Double($0) / 7 }, 2.142857142857143, 0.4764309936836657),
        ((0..<40).map { Double($0).squareRoot() }, 4.132280817104096, 0.5042970105131506),
    ])
    func agreesWithSciPy(values: [Double], mean: Double, halfWidth: Double) throws {
        let interval = MeanInterval(values)
        #expect(interval.count == values.count)
        #expect(abs(interval.mean - mean) < 1e-14)
        #expect(abs(try #require(interval.halfWidth) - halfWidth) < halfWidth / 40_000)
    }

    @Test func oneValueHasNoInterval() {
        #expect(MeanInterval([3]).halfWidth == nil && MeanInterval([3]).mean == 3)
    }
}
