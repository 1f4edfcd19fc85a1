import Evaluation
import Terminal
import Visualization

/// What `evaluate open-set` found, and how.
struct OpenSetResult: EvaluationResult {
    struct Facts: Encodable {
        let task = "open-set"
        let knownTrain: String
        let known: String
        let unknown: String
        let metric: EmbeddingDistance
        let knownTrainCount: Int
        let knownCount: Int
        let unknownCount: Int
        let classCount: Int
    }

    struct Score: Encodable {
        let name: String
        let areaUnderCurve: Double
        let averagePrecisionWithKnownPositive: Double
        let averagePrecisionWithUnknownPositive: Double
        let falsePositiveRateAt95WithKnownPositive: Double
        let falsePositiveRateAt95WithUnknownPositive: Double
        let openSetClassificationRate: Double
        let knownAccuracy: Double
        /// All that pictures need, with the known samples positive; not among the numbers.
        let curve: ReceiverOperatingCurve

        private enum CodingKeys: String, CodingKey {
            case name, areaUnderCurve, averagePrecisionWithKnownPositive, averagePrecisionWithUnknownPositive
            case falsePositiveRateAt95WithKnownPositive, falsePositiveRateAt95WithUnknownPositive
            case openSetClassificationRate, knownAccuracy
        }

        init(_ name: String, known: [Double], unknown: [Double], isCorrect: [Bool]) throws {
            let detection = try UnknownDetection(known: known, unknown: unknown)
            let classification = try OpenSetClassification(known: known, isCorrect: isCorrect, unknown: unknown)
            self.name = name
            curve = detection.curveWithKnownPositive
            areaUnderCurve = detection.area
            averagePrecisionWithKnownPositive = detection.averagePrecisionWithKnownPositive
            averagePrecisionWithUnknownPositive = detection.averagePrecisionWithUnknownPositive
            falsePositiveRateAt95WithKnownPositive = detection.falsePositiveRateWithKnownPositive()
            falsePositiveRateAt95WithUnknownPositive = detection.falsePositiveRateWithUnknownPositive()
            openSetClassificationRate = classification.area
            knownAccuracy = classification.closedSetAccuracy
        }
    }

    let `protocol`: Facts
    let scores: [Score]

    var title: String { "Unknown classes: \(`protocol`.unknown)" }

    var about: String { compared }

    var tables: [ReportTable] { [ReportTable(note: legend, columns: Self.columns, rows: rows)] }

    /// The curves of accepting known and unknown samples, by each score.
    var figures: [any ThemedDrawing] {
        let note = "true accepts are known samples, false accepts unknown ones"
        return scores.map { $0.curve.rates($0.name) }.pictures(note)
    }

    private static let columns = ["score", "AUROC", "AUPR k", "AUPR u", "FPR95 k", "FPR95 u", "OSCR", "right"]

    private var compared: String {
        let facts = `protocol`
        return "known: \(formatCount(facts.knownCount)) of \(facts.known), \(formatCount(facts.classCount)) classes; "
            + "unknown: \(formatCount(facts.unknownCount)) of \(facts.unknown); "
            + "compared with \(formatCount(facts.knownTrainCount)) of \(facts.knownTrain)"
    }

    private var rows: [[String]] {
        scores.map { score in
            [score.name]
                + [
                    score.areaUnderCurve, score.averagePrecisionWithKnownPositive,
                    score.averagePrecisionWithUnknownPositive, score.falsePositiveRateAt95WithKnownPositive,
                    score.falsePositiveRateAt95WithUnknownPositive, score.openSetClassificationRate,
                    score.knownAccuracy,
                ].map(Console.share)
        }
    }

    private var legend: String {
        "k: known ones are positive, so that FPR95 k is the share of unknown ones accepted where 95 % of the known ones are. "
            + "u: unknown ones are positive, so that FPR95 u is the share of known ones rejected where 95 % of the unknown "
            + "ones are."
    }

    func show() {
        Console.paragraph(compared)
        Console.print("")
        var table = TextTable(Self.columns)
        for row in rows { table.append(row) }
        Console.print(table)
        Console.print("")
        Console.paragraph(legend)
        Console.paragraph(
            "right: the share of known ones named rightly when none is rejected, by the nearest training embedding"
                + (scores.contains { $0.name == "energy" }
                    ? ", or the greatest logit for maximum-logit and energy." : "."))
    }
}
