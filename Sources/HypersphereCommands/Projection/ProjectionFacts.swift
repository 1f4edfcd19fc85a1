import Evaluation
import Foundation
import Projection
import Terminal

/// What `project` did, for a person and as JSON.
struct ProjectionFacts: Encodable {
    /// A method with what was set for it; what it has no use for is nil.
    struct Settings: Encodable {
        let method: ProjectionMethod
        var perplexity: Double?
        var neighbours: Int?
        var iterations: Int?
        var seed: UInt64?
        var explainedVariance: [Double]?

        var text: String {
            let parts = [
                perplexity.map { "perplexity \(ProjectionFacts.text($0))" }, neighbours.map { "\($0) neighbours" },
                iterations.map { "\(formatCount($0)) iterations" }, seed.map { "seed \($0)" },
                explainedVariance.map { ratios in
                    "\(ratios.map { String(format: "%.1f %%", 100 * $0) }.joined(separator: " and ")) of the variance"
                },
            ]
            return parts.compactMap(\.self).joined(separator: ", ")
        }
    }

    let file: String
    let output: String
    let count: Int
    let dimension: Int
    let settings: Settings
    let trustworthiness: Double?
    let continuity: Double?
    let measuredNeighbours: Int?
    let measuredCount: Int?
    let seconds: Double

    init(
        file: String, output: String, count: Int, dimension: Int, settings: Settings,
        preservation: NeighbourhoodPreservation?, seconds: Double
    ) {
        self.file = file
        self.output = output
        self.count = count
        self.dimension = dimension
        self.settings = settings
        trustworthiness = preservation?.trustworthiness
        continuity = preservation?.continuity
        measuredNeighbours = preservation?.neighbours
        measuredCount = preservation?.measuredCount
        self.seconds = seconds
    }

    var title: String { "\(settings.method.name) of \((file as NSString).lastPathComponent)" }

    var subtitle: String {
        let parts = [
            Console.counted(count, "embedding"), settings.text,
            trustworthiness.map { String(format: "trustworthiness %.3f", $0) },
        ]
        return parts.compactMap(\.self).joined(separator: ", ")
    }

    var lines: [String] {
        let what = "\(Console.counted(count, "embedding")) of \(Console.counted(dimension, "number"))"
        var lines = ["\(output): \(what)", "\(settings.method.name): \(settings.text)"]
        if let trustworthiness, let continuity, let measuredNeighbours, let measuredCount {
            let sample = measuredCount < count ? ", over \(formatCount(measuredCount)) of them" : ""
            lines.append(
                String(format: "trustworthiness %.4f, continuity %.4f", trustworthiness, continuity)
                    + " (\(Console.counted(measuredNeighbours, "neighbour"))\(sample))")
        }
        return lines + [formatDuration(seconds)]
    }

    /// A number with one digit after the point, where it has one.
    static func text(_ value: Double) -> String {
        value == value.rounded() ? String(format: "%.0f", value) : String(format: "%.1f", value)
    }
}
