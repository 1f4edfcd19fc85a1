import Evaluation
import Terminal

/// What `evaluate open-set` found, and how.
struct OpenSetResult: Encodable {
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

        init(_ name: String, known: [Double], unknown: [Double], isCorrect: [Bool]) throws {
            let detection = try UnknownDetection(known: known, unknown: unknown)
            let classification = try OpenSetClassification(known: known, isCorrect: isCorrect, unknown: unknown)
            self.name = name
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

    func show() {
        let facts = `protocol`
        Console.paragraph(
            "known: \(formatCount(facts.knownCount)) of \(facts.known), \(formatCount(facts.classCount)) classes; "
                + "unknown: \(formatCount(facts.unknownCount)) of \(facts.unknown); "
                + "compared with \(formatCount(facts.knownTrainCount)) of \(facts.knownTrain)")
        Console.print("")
        var table = TextTable(["score", "AUROC", "AUPR k", "AUPR u", "FPR95 k", "FPR95 u", "OSCR", "right"])
        for score in scores {
            table.append(
                [score.name]
                    + [
                        score.areaUnderCurve, score.averagePrecisionWithKnownPositive,
                        score.averagePrecisionWithUnknownPositive, score.falsePositiveRateAt95WithKnownPositive,
                        score.falsePositiveRateAt95WithUnknownPositive, score.openSetClassificationRate,
                        score.knownAccuracy,
                    ].map(Console.share))
        }
        Console.print(table)
        Console.print("")
        Console.paragraph(
            "k: known ones are positive, so that FPR95 k is the share of unknown ones accepted where 95 % of the known ones are. "
                + "u: unknown ones are positive, so that FPR95 u is the share of known ones rejected where 95 % of the unknown "
                + "ones are.")
        Console.paragraph(
            "right: the share of known ones named rightly when none is rejected, by the nearest training embedding"
                + (scores.contains { $0.name == "energy" }
                    ? ", or the greatest logit for maximum-logit and energy." : "."))
    }
}
