import Torch

extension ReceiverOperatingCurve {
    /// How many positive and negative scores lie in each of some equal parts of a range, as `numpy.histogram` counts, but with
    /// those beyond the range in the outermost parts.
    ///
    /// - Parameters:
    ///   - bins: the number of parts, K, at least 1.
    ///   - range: what is divided; finite and not empty.
    /// - Returns: `[K]` each.
    public func counts(bins: Int, in range: ClosedRange<Double>) -> (positive: [Int], negative: [Int]) {
        let length = range.upperBound - range.lowerBound
        require(
            bins > 0 && length > 0 && length.isFinite,
            "ReceiverOperatingCurve.counts: expected parts of a finite range, got \(bins) of \(range)")
        var (positive, negative) = ([Int](repeating: 0, count: bins), [Int](repeating: 0, count: bins))
        for (before, point) in zip(points, points.dropFirst()) {
            let bin = ((point.threshold - range.lowerBound) / length * Double(bins)).rounded(.down)
            let index = Int(min(Double(bins - 1), max(0, bin)))
            positive[index] += point.truePositives - before.truePositives
            negative[index] += point.falsePositives - before.falsePositives
        }
        return (positive, negative)
    }
}
