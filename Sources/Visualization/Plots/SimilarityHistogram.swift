public import Foundation

/// How similar pairs of one class and pairs of different classes are: two densities over one axis.
///
/// The less they overlap, the better a threshold on the similarity tells whether two samples are of one class. Each density
/// has an area of 1, so that the many pairs of different classes do not hide the few of one class.
public struct SimilarityHistogram: ThemedDrawing, Equatable {
    /// The numbers of pairs of one class in each bin `[K]`.
    public let same: [Int]
    /// The numbers of pairs of different classes in each bin `[K]`.
    public let different: [Int]
    /// The lower end of the first bin and the upper end of the last, in the similarity's unit.
    public let range: ClosedRange<Double>
    /// The least similarity that is taken for one class, if there is such a decision.
    public var threshold: Double?
    /// Whether the densities' axis is logarithmic, which shows thin tails.
    public var isLogarithmic: Bool
    /// What the horizontal axis shows.
    public var horizontalTitle: String
    /// The line at the top; empty for none.
    public var title: String
    /// The line below the title; empty for none.
    public var subtitle: String
    /// The colors of paper and ink.
    public var theme: Theme
    /// Width and height, in units of 1/96 inch.
    public var size: CGSize

    /// Creates a picture of counts.
    ///
    /// - Parameters:
    ///   - same: how many pairs of one class are in each bin `[K]`.
    ///   - different: how many pairs of different classes are in each bin `[K]`.
    ///   - range: the ends of the bins, which are all of one width.
    ///   - threshold: the least similarity that is taken for one class; without it, no line.
    ///   - isLogarithmic: whether the densities' axis is logarithmic.
    ///   - horizontalTitle: what the horizontal axis shows.
    ///   - title: the line at the top; empty for none.
    ///   - subtitle: the line below the title; empty for none.
    ///   - theme: the colors of paper and ink.
    ///   - size: width and height, in units of 1/96 inch, at least 240 x 200.
    /// - Precondition: there are as many bins of both kinds, at least one, no count is negative, and `range` is finite and
    ///   not empty.
    public init(
        same: [Int], different: [Int], range: ClosedRange<Double> = -1...1, threshold: Double? = nil,
        isLogarithmic: Bool = false, horizontalTitle: String = "cosine similarity", title: String = "",
        subtitle: String = "", theme: Theme = .light, size: CGSize = CGSize(width: 720, height: 400)
    ) {
        precondition(
            same.count == different.count && !same.isEmpty && (same + different).allSatisfy { $0 >= 0 },
            "SimilarityHistogram expected equally many counts of at least 0, got \(same.count) and \(different.count) bins"
        )
        precondition(
            range.lowerBound.isFinite && range.upperBound.isFinite && range.lowerBound < range.upperBound,
            "SimilarityHistogram expected a finite range that is not empty, got \(range)")
        precondition(
            size.width >= 240 && size.height >= 200,
            "SimilarityHistogram expected a size of at least 240 x 200, got \(size.width) x \(size.height)")
        self.same = same
        self.different = different
        self.range = range
        self.threshold = threshold
        self.isLogarithmic = isLogarithmic
        self.horizontalTitle = horizontalTitle
        self.title = title
        self.subtitle = subtitle
        self.theme = theme
        self.size = size
    }

    /// Counts the similarities of pairs in bins of one width; ones outside of `range`, such as a cosine a little above 1, are
    /// counted in the bin at that end, and ones that are no number nowhere.
    ///
    /// - Parameters:
    ///   - similarities: one number a pair `[N]`.
    ///   - isSame: whether the samples of each pair `[N]` are of one class.
    ///   - bins: K, at least 1.
    ///   - range: the ends of the bins.
    /// - Precondition: there is a similarity for each pair, and `range` is finite and not empty.
    public init(
        similarities: [Float], isSame: [Bool], bins: Int = 100, range: ClosedRange<Double> = -1...1
    ) {
        precondition(
            similarities.count == isSame.count && bins > 0,
            "SimilarityHistogram expected \(isSame.count) similarities and at least one bin, got \(similarities.count) and \(bins)"
        )
        var counts = [[Int]](repeating: [Int](repeating: 0, count: bins), count: 2)
        let scale = Double(bins) / (range.upperBound - range.lowerBound)
        for (similarity, isSame) in zip(similarities, isSame) where !similarity.isNaN {
            let place = (Double(similarity) - range.lowerBound) * scale
            counts[isSame ? 1 : 0][Int(min(max(place, 0), Double(bins) - 0.5))] += 1
        }
        self.init(same: counts[1], different: counts[0], range: range)
    }

    /// The width of a bin.
    var binWidth: Double { (range.upperBound - range.lowerBound) / Double(same.count) }

    /// Counts as a density whose area is 1; zeros where there are none.
    func density(of counts: [Int]) -> [Double] {
        let total = counts.reduce(0, +)
        return counts.map { total == 0 ? 0 : Double($0) / (Double(total) * binWidth) }
    }
}
