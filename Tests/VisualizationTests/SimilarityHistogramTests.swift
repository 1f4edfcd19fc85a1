import Foundation
import Testing

@testable import Visualization

#if canImport(FoundationXML)
    import FoundationXML
#endif

struct SimilarityHistogramTests {
    /// The same numbers, bit by bit, as
    /// `i = np.arange(1000); s = ((i * 7919) % 2003).astype(np.float32) / np.float32(1000) - np.float32(1.0015); s = s * s * s`.
    static let similarities = (0..<1000).map { index in
        let value = Float((index * 7919) % 2003) / 1000 - 1.0015
        return value * value * value
    }
    static let isSame = (0..<1000).map { $0 % 3 == 0 }

    // numpy 2.4: m = i % 3 == 0; np.histogram(np.clip(s[m], -1, 1), bins=8, range=(-1, 1))[0], with density=True, and of s[~m]
    @Test func countsAndDensitiesAreNumpys() {
        let histogram = SimilarityHistogram(similarities: Self.similarities, isSame: Self.isSame, bins: 8)
        #expect(histogram.same == [17, 19, 27, 104, 105, 29, 18, 15])
        #expect(histogram.different == [30, 39, 53, 209, 210, 55, 39, 31])
        let densities = [0.203593, 0.227545, 0.323353, 1.245509, 1.257485, 0.347305, 0.215569, 0.179641]
        for (own, expected) in zip(histogram.density(of: histogram.same), densities) {
            #expect(abs(own - expected) < 1e-6)
        }
    }

    @Test func whatIsOutsideIsCountedAtTheEndsAndNoNumberNowhere() {
        let histogram = SimilarityHistogram(
            similarities: [1.00001, -1.2, .nan, 0, .infinity], isSame: [true, true, true, false, false], bins: 4)
        #expect(histogram.same == [1, 0, 0, 1] && histogram.different == [0, 0, 1, 1])
    }

    /// How high the filled part stands above the plot's foot at the middle of each of `bins` bins, in pixels.
    private func heights(_ histogram: SimilarityHistogram, bins: Int) throws -> [Int] {
        let pixels = try Pixels(png: histogram.encoded(as: .png(scale: 1)))
        // The legend's box is blue too, and stands above the plot.
        let rows = 70..<pixels.height
        func isBlue(_ x: Int, _ y: Int) -> Bool { Int(pixels[x, y][2]) - Int(pixels[x, y][0]) > 30 }
        let columns = (0..<pixels.width).filter { x in rows.contains { isBlue(x, $0) } }
        let left = try #require(columns.first)
        let right = try #require(columns.last)
        return (0..<bins).map { bin in
            let x = left + (right - left) * (2 * bin + 1) / (2 * bins)
            let blue = rows.filter { isBlue(x, $0) }
            return (blue.last ?? 0) - (blue.first ?? 0)
        }
    }

    @Test func barsAreAsHighAsTheirCounts() throws {
        let counts = [10, 20, 40, 80, 30]
        let histogram = SimilarityHistogram(same: counts, different: [0, 0, 0, 0, 0], range: 0...1)
        let heights = try heights(histogram, bins: counts.count)
        let unit = Double(heights[3]) / 80
        for (height, count) in zip(heights, counts) { #expect(abs(Double(height) - unit * Double(count)) <= 2) }
    }

    @Test func logarithmicBarsAreEvenInPowers() throws {
        let histogram = SimilarityHistogram(
            same: [1, 10, 100, 1000], different: [0, 0, 0, 0], range: 0...1, isLogarithmic: true)
        let heights = try heights(histogram, bins: 4)
        let steps = zip(heights, heights.dropFirst()).map { $1 - $0 }
        #expect((try #require(steps.min())) > 40)
        #expect((try #require(steps.max())) - (try #require(steps.min())) <= 2)
    }

    @Test func thresholdStandsAtItsPlace() throws {
        var histogram = SimilarityHistogram(same: [0, 0, 0, 0], different: [1, 1, 1, 1], range: 0...1)
        let plain = try Pixels(png: histogram.encoded(as: .png(scale: 1)))
        histogram.threshold = 0.25
        let marked = try Pixels(png: histogram.encoded(as: .png(scale: 1)))
        func isOrange(_ x: Int, _ y: Int) -> Bool { Int(plain[x, y][0]) - Int(plain[x, y][2]) > 30 }
        let columns = (0..<plain.width).filter { isOrange($0, 300) }
        let (left, right) = (try #require(columns.first), try #require(columns.last))
        let changed = (0..<plain.width).filter { x in (150..<340).contains { plain[x, $0] != marked[x, $0] } }
        #expect((1...3).contains(changed.count))
        #expect(abs(Double(changed[0]) - (Double(left) + 0.25 * Double(right - left))) <= 2)
    }

    @Test func anyCountsDraw() throws {
        for counts in [[0], [5], [0, 0, 7], [Int](repeating: 1, count: 500)] {
            for isLogarithmic in [false, true] {
                let zeros = [Int](repeating: 0, count: counts.count)
                for (same, different) in [(counts, zeros), (zeros, counts), (counts, counts)] {
                    let svg = try SimilarityHistogram(
                        same: same, different: different, threshold: 0.5, isLogarithmic: isLogarithmic
                    ).encoded(as: .svg)
                    #expect(XMLParser(data: svg).parse())
                    #expect(hasOnlyNumbers(svg))
                }
            }
        }
    }

    @Test func wrongCountsTrap() async {
        await #expect(processExitsWith: .failure) { _ = SimilarityHistogram(same: [1], different: [1, 2]) }
        await #expect(processExitsWith: .failure) { _ = SimilarityHistogram(same: [-1], different: [1]) }
        await #expect(processExitsWith: .failure) { _ = SimilarityHistogram(same: [1], different: [1], range: 1...1) }
        await #expect(processExitsWith: .failure) { _ = SimilarityHistogram(similarities: [1], isSame: []) }
    }
}
