public import Foundation

/// The verification curves of several methods in one plot: receiver operating characteristic or detection error tradeoff.
///
/// A circle on each curve marks where as many pairs are wrongly accepted as wrongly rejected, and the legend has that rate.
public struct CurvePlot: ThemedDrawing, Equatable {
    /// What stands against what.
    public enum Kind: Sendable, Equatable {
        /// True over false accept rate.
        case receiverOperating
        /// True over false accept rate, the latter on a logarithmic axis, which shows strict thresholds.
        case logarithmicReceiverOperating
        /// False reject over false accept rate, both spread like the quantiles of a normal distribution. Martin et al.,
        /// "The DET curve in assessment of detection task performance", 1997.
        case detectionErrorTradeoff
    }

    /// What stands against what.
    public let kind: Kind
    /// The methods.
    public let curves: [RateCurve]
    /// The line at the top; empty for none.
    public var title: String
    /// The line below the title; empty for none.
    public var subtitle: String
    /// The colors of paper and ink.
    public var theme: Theme
    /// Width and height, in units of 1/96 inch.
    public var size: CGSize

    /// Creates a plot.
    ///
    /// - Parameters:
    ///   - kind: what stands against what.
    ///   - curves: the methods, in the order of the legend.
    ///   - title: the line at the top; empty for none.
    ///   - subtitle: the line below the title; empty for none.
    ///   - theme: the colors of paper and ink.
    ///   - size: width and height, in units of 1/96 inch, at least 240 x 240.
    /// - Precondition: the size is large enough.
    public init(
        _ kind: Kind, curves: [RateCurve], title: String = "", subtitle: String = "", theme: Theme = .light,
        size: CGSize = CGSize(width: 640, height: 720)
    ) {
        precondition(
            size.width >= 240 && size.height >= 240,
            "CurvePlot expected a size of at least 240 x 240, got \(size.width) x \(size.height)")
        self.kind = kind
        self.curves = curves
        self.title = title
        self.subtitle = subtitle
        self.theme = theme
        self.size = size
    }

    /// What is shown of a curve: (false accept rate, true accept or false reject rate).
    func values(_ curve: RateCurve) -> [(x: Double, y: Double)] {
        zip(curve.falseAcceptRates, curve.trueAcceptRates).map { accepted, right in
            (accepted, kind == .detectionErrorTradeoff ? 1 - right : right)
        }
    }

    /// The rates that the plot shows.
    var range: PlotRange {
        let all = curves.flatMap { values($0) }
        switch kind {
        case .receiverOperating: return PlotRange(x: 0...1, y: 0...1)
        case .logarithmicReceiverOperating:
            let least = all.map(\.x).filter { $0 > 0 }.min() ?? 0.1
            // The power of ten below the least rate, or one just above it.
            let low = pow(10, min(-1, max(-8, floor(log10(least) + 0.3))))
            let lowest = curves.compactMap { curve in values(curve).last { $0.x <= low }?.y }.min() ?? 0
            return PlotRange(x: low...1, y: min(0.9, (lowest * 10).rounded(.down) / 10)...1)
        case .detectionErrorTradeoff:
            let worst = curves.map(\.equalErrorRate).max() ?? 0
            let high = worst < 0.2 ? 0.4 : worst < 0.4 ? 0.6 : 0.95
            // The other rate of a very small one is often beyond the highest: such points are not seen anyway.
            let errors = all.filter { max($0.x, $0.y) <= high }.flatMap { [$0.x, $0.y] }.filter { $0 > 0 }
            let low = Ticks(ratesIn: 1e-8...9e-3).values.last { $0 <= errors.min() ?? 0.01 } ?? 1e-8
            return PlotRange(x: low...high, y: low...high)
        }
    }

    var scales: (horizontal: AxisScale, vertical: AxisScale) {
        switch kind {
        case .receiverOperating: (.linear, .linear)
        case .logarithmicReceiverOperating: (.logarithmic, .linear)
        case .detectionErrorTradeoff: (.normalDeviate, .normalDeviate)
        }
    }
}
