import Evaluation
import Visualization

extension ReceiverOperatingCurve {
    /// The curve as pictures take it.
    func rates(_ name: String) -> RateCurve {
        RateCurve(
            name, falseAcceptRates: points.map(falsePositiveRate), trueAcceptRates: points.map(truePositiveRate))
    }

    /// The similarities of pairs of one class and of two.
    func similarities(_ note: String, threshold: Double? = nil) -> SimilarityHistogram {
        let range = -1.0...1
        let (same, different) = counts(bins: 100, in: range)
        return SimilarityHistogram(
            same: same, different: different, range: range, threshold: threshold, title: "Similarities of pairs",
            subtitle: note)
    }
}

extension [RateCurve] {
    /// Receiver operating characteristic with both axes, and the tradeoff of both errors.
    func pictures(_ note: String) -> [any ThemedDrawing] {
        [
            CurvePlot(.receiverOperating, curves: self, title: "Receiver operating characteristic", subtitle: note),
            CurvePlot(
                .logarithmicReceiverOperating, curves: self, title: "At low false accept rates", subtitle: note),
            CurvePlot(.detectionErrorTradeoff, curves: self, title: "Detection error tradeoff", subtitle: note),
        ]
    }
}
