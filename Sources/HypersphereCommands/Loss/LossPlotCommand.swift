import ArgumentParser
import Files
import Foundation
import MetricLearning
import Terminal
import Visualization

/// `hypersphere loss plot`.
struct LossPlotCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plot",
        abstract: "Draw the target logit of heads over the angle, and say where it does not fall.",
        usage: """
            hypersphere loss plot HEAD [key=value ...]
                [vs HEAD [key=value ...] ...] [-o FILE]
            """,
        discussion: """
            Examples:
              hypersphere loss plot arcface margin=0.5 scale=30
              hypersphere loss plot arcface vs arcface overflow=easy -o margins.svg

            Heads whose margin depends on the sample have several curves.
            """)

    @Argument(help: "Heads with their settings, as in a recipe; vs stands between two.")
    var heads: [String]

    @Option(name: .shortAndLong, help: "The file to write: .png, .svg or .pdf; named after the heads when left out.")
    var output: String?

    @Flag(help: "Print the facts as JSON.")
    var json = false

    private struct Facts: Encodable {
        struct LeastScale: Encodable {
            let classes: Int
            let scale: Double
        }

        let curves: [CurveFacts]
        let leastScales: [LeastScale]
        let figure: String
    }

    /// What a sample at its class vector needs, by the number of classes.
    private var leastScales: [Facts.LeastScale] {
        [10, 1_000, 100_000].map {
            Facts.LeastScale(classes: $0, scale: NormSoftmaxHead.leastScale(classes: $0, probability: 0.9))
        }
    }

    func validate() throws {
        do {
            _ = try PlottedCurve.read(heads)
            if let output { _ = try ImageFormat(path: output) }
        } catch let error as UserFacingError {
            throw ValidationError("\(error)")
        }
    }

    func run() throws {
        let curves = try PlottedCurve.read(heads)
        let path = output ?? heads.split(separator: "vs").compactMap(\.first).joined(separator: "-vs-") + ".png"
        try CurveFigure(curves: curves).figure.write(to: path)
        guard json else {
            for curve in curves { curve.lines.forEach(Console.print) }
            let least = leastScales.map { "\(String(format: "%.1f", $0.scale)) for C = \(formatCount($0.classes))" }
            Console.print("least scale for 90 %: \(least.joined(separator: ", "))")
            return Console.print("written to \(path)")
        }
        try Console.print(
            json: Facts(
                curves: curves.map(CurveFacts.init),
                leastScales: leastScales, figure: path))
    }
}
