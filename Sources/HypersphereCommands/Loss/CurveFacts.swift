import MetricLearning
import Training

/// What `loss plot --json` says of one curve; angles in degrees.
struct CurveFacts: Encodable {
    struct Margin: Encodable {
        let multiplier: Double
        let radians: Double
        let degrees: Double
        let cosine: Double
    }

    struct Span: Encodable {
        let from: Double
        let to: Double
    }

    struct Jump: Encodable {
        let at: Double
        let from: Double
        let to: Double
    }

    let head: String
    let settings: [String]
    let condition: String?
    let scale: Double?
    let margin: Margin
    let falls: Bool
    let rises: [Span]
    let stays: [Span]
    let jumps: [Jump]

    init(_ plotted: PlottedCurve) {
        func degrees(_ radians: Double) -> Double { Angle.radians(radians).degrees }
        func spans(_ ranges: [ClosedRange<Double>]) -> [Span] {
            ranges.map { Span(from: degrees($0.lowerBound), to: degrees($0.upperBound)) }
        }
        let curve = plotted.curve
        head = plotted.head
        settings = plotted.words
        condition = curve.condition
        scale = curve.scale
        margin = Margin(
            multiplier: curve.multiplier, radians: curve.angle.radians, degrees: curve.angle.degrees,
            cosine: curve.cosine)
        falls = plotted.shape.falls
        rises = spans(plotted.shape.rising)
        stays = spans(plotted.shape.flat)
        jumps = plotted.shape.jumps.map { Jump(at: degrees($0.angle), from: $0.from, to: $0.to) }
    }
}
