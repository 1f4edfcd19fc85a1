import Foundation
import MetricLearning
import Visualization

/// Draws curves: the target logit, its derivative by the angle, and what goes back to the cosine.
struct CurveFigure {
    let curves: [PlottedCurve]

    private static let degrees = 0.25
    /// How near to a jump the lines on both sides of it come, in radians.
    private static let gap = 1e-7

    var figure: Figure {
        let sampled = curves.map(Sampled.init)
        let bands = curves.enumerated().flatMap { index, plotted in
            let shape = plotted.shape
            let ranges = shape.rising + shape.flat + shape.jumps.map { $0.angle...$0.angle }
            return ranges.map { LineBand(degrees($0.lowerBound)...degrees($0.upperBound), colorIndex: index) }
        }
        let titles = ["target logit", "its derivative by the angle, per radian", "gradient that reaches the cosine"]
        func panel(_ title: String, range: ClosedRange<Double>? = nil, _ values: (Sampled) -> [Double]) -> LineChart {
            LineChart(
                title: title,
                series: zip(curves, sampled).enumerated().map { index, pair in
                    LineSeries(
                        name(of: pair.0), x: pair.1.degrees, y: held(values(pair.1), in: range), colorIndex: index)
                }, range: range, bands: bands, hasLegend: title == titles[0])
        }
        return Figure(
            title: "Target logit of \(heads.joined(separator: ", "))", subtitle: subtitle,
            horizontalTitle: "angle between embedding and class vector, degrees",
            panels: [
                panel(titles[0]) { $0.logits },
                panel(titles[1]) { $0.derivatives },
                panel(titles[2], range: gradientRange(sampled)) { $0.gradients },
            ], size: CGSize(width: 820, height: 860))
    }

    private var heads: [String] {
        curves.map(\.head).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }

    /// What is the same in all names is left out.
    private func name(of plotted: PlottedCurve) -> String {
        guard curves.allSatisfy({ $0.head == plotted.head }) else { return plotted.label }
        let isAlone = curves.allSatisfy { $0.words == plotted.words }
        if isAlone, let condition = plotted.curve.condition { return condition }
        return plotted.words.isEmpty ? plotted.label : String(plotted.label.dropFirst(plotted.head.count + 1))
    }

    private var subtitle: String {
        let shapes = curves.map(\.shape)
        if shapes.allSatisfy({ $0.falls && $0.jumps.isEmpty }) {
            return "The target logit falls from 0 to 180 degrees."
        }
        let isShaded = shapes.contains { !$0.rising.isEmpty || !$0.flat.isEmpty }
        let isDashed = shapes.contains { !$0.jumps.isEmpty }
        return [
            isShaded ? "Shaded: the target logit rises or stays." : nil, isDashed ? "Dashed: it jumps." : nil,
        ].compactMap(\.self).joined(separator: " ")
    }

    /// Most of the gradients and 0: at the ends of the axis many grow without bound.
    private func gradientRange(_ sampled: [Sampled]) -> ClosedRange<Double> {
        let ends = sampled.map { curve in
            let sorted = curve.gradients.filter(\.isFinite).sorted()
            return (low: sorted[sorted.count / 12], high: sorted[sorted.count - 1 - sorted.count / 12])
        }
        let low = min(0, ends.map(\.low).min() ?? 0)
        let high = max(0, ends.map(\.high).max() ?? 1)
        // Most are 0 where a curve is flat.
        guard high > low else { return -1...1 }
        let margin = (high - low) * 0.08
        return (low - margin)...(high + margin)
    }

    /// Far beyond the panel a line is not drawn exactly.
    private func held(_ values: [Double], in range: ClosedRange<Double>?) -> [Double] {
        guard let range else { return values }
        let length = range.upperBound - range.lowerBound
        return values.map {
            $0.isNaN ? $0 : min(max($0, range.lowerBound - length), range.upperBound + length)
        }
    }

    private func degrees(_ radians: Double) -> Double { Angle.radians(radians).degrees }

    /// A curve's values, with a gap at each jump.
    private struct Sampled {
        let degrees: [Double]
        let logits: [Double]
        let derivatives: [Double]
        let gradients: [Double]

        init(_ plotted: PlottedCurve) {
            let even = stride(from: 0, through: 180, by: CurveFigure.degrees).map { Angle.degrees($0).radians }
            let jumps = plotted.shape.jumps.map(\.angle)
            let angles = (even + jumps.flatMap { [$0 - CurveFigure.gap, $0, $0 + CurveFigure.gap] })
                .map { min(max($0, 0), Double.pi) }.sorted()
            let samples = plotted.curve(at: angles)
            func withGaps(_ values: [Double]) -> [Double] {
                zip(angles, values).map { angle, value in jumps.contains(angle) ? .nan : value }
            }
            degrees = angles.map { Angle.radians($0).degrees }
            logits = withGaps(samples.logits)
            derivatives = withGaps(samples.derivatives)
            gradients = withGaps(samples.gradients)
        }
    }
}
