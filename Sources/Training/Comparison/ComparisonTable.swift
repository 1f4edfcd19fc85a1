public import Evaluation
import Files
import Foundation

/// The measures of each method, averaged over the trainings that are done.
public struct ComparisonTable: Sendable, Equatable, Codable {
    /// A number that methods are compared by.
    public struct Measure: Sendable, Equatable, Codable {
        /// What it is called in tables.
        public let name: String
        /// What exactly it is.
        public let about: String
    }

    /// One method.
    public struct Row: Sendable, Equatable, Codable {
        /// What the method is called.
        public let method: String
        /// Its numbers, in the order of the measures; nil where no training that gives it is done.
        public let values: [MeanInterval?]
        /// How far they lie from the first method's in the same repetitions, whose draws are the same; nil in the first row, and
        /// where no repetition is common.
        public let differences: [MeanInterval?]
    }

    /// What is compared.
    public let measures: [Measure]
    /// The methods, in the comparison's order.
    public let rows: [Row]

    private enum Kind: CaseIterable {
        case accuracy, precisionAt1, meanAveragePrecisionAtR, areaByCosine, areaByDistance, falseAcceptance

        var measure: Measure {
            switch self {
            case .accuracy: Measure(name: "accuracy", about: "test images that the head gets right; all classes learnt")
            case .precisionAt1:
                Measure(name: "P@1", about: "test images whose nearest other by cosine is of their class")
            case .meanAveragePrecisionAtR: Measure(name: "MAP@R", about: "of test images among all others, by cosine")
            case .areaByCosine:
                Measure(
                    name: "AUROC", about: "unknown against known classes, by the nearest training embedding's cosine")
            case .areaByDistance: Measure(name: "AUROC L2", about: "the same by Euclidean distance")
            case .falseAcceptance:
                Measure(name: "FPR95", about: "unknown images accepted where 95 % of known ones are, by cosine")
            }
        }

        func value(_ run: ComparisonRun, _ scores: ComparisonScores) -> Double? {
            switch self {
            case .accuracy: run.rotation == nil ? scores.accuracy : nil
            case .precisionAt1: run.rotation == nil ? scores.retrieval.precisionAt1 : nil
            case .meanAveragePrecisionAtR: run.rotation == nil ? scores.retrieval.meanAveragePrecisionAtR : nil
            case .areaByCosine: scores.unknown?.areaByCosine
            case .areaByDistance: scores.unknown?.areaByDistance
            case .falseAcceptance: scores.unknown?.falseAcceptance
            }
        }
    }

    /// Averages what is done.
    ///
    /// - Parameters:
    ///   - recipe: what is compared.
    ///   - results: trainings with their scores.
    public init(_ recipe: ComparisonRecipe, _ results: [(run: ComparisonRun, scores: ComparisonScores)]) {
        let kinds = Kind.allCases.filter { kind in results.contains { kind.value($0.run, $0.scores) != nil } }
        /// The values of a method by repetition: the seed, and which classes are left out.
        func values(_ method: String, _ kind: Kind) -> [String: Double] {
            var values: [String: Double] = [:]
            for (run, scores) in results where run.method.name == method {
                values["\(run.seed) \(run.rotation?.unknown ?? [])"] = kind.value(run, scores)
            }
            return values
        }
        func interval(_ values: [Double]) -> MeanInterval? { values.isEmpty ? nil : MeanInterval(values) }
        measures = kinds.map(\.measure)
        rows = recipe.methods.enumerated().map { index, method in
            let own = kinds.map { values(method.name, $0) }
            let first = kinds.map { values(recipe.methods[0].name, $0) }
            return Row(
                method: method.name, values: own.map { interval($0.sorted { $0.key < $1.key }.map(\.value)) },
                differences: zip(own, first).map { own, first in
                    guard index > 0 else { return nil }
                    return interval(own.keys.sorted().compactMap { key in first[key].map { (own[key] ?? 0) - $0 } })
                })
        }
    }

    /// The table as CSV: a row for each method and measure.
    public var csv: String {
        let header = [
            "method", "measure", "mean", "half_width", "repetitions", "difference", "difference_half_width",
        ]
        let lines = rows.flatMap { row in
            zip(measures, zip(row.values, row.differences)).compactMap { measure, values -> [String]? in
                guard let value = values.0 else { return nil }
                func text(_ number: Double?) -> String { number.map { "\($0)" } ?? "" }
                return [
                    row.method, measure.name, text(value.mean), text(value.halfWidth), "\(value.count)",
                    text(values.1?.mean), text(values.1?.halfWidth),
                ]
            }
        }
        return ([header] + lines).map(CSVTable.line).joined()
    }
}
