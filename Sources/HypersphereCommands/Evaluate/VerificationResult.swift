import Evaluation
import Foundation
import Terminal
import Visualization

/// What `evaluate verification` found, and how.
struct VerificationResult: EvaluationResult {
    struct Facts: Encodable {
        let task = "verification"
        let embeddings: String
        let pairs: String?
        let images: Int
        /// How many templates the images make up; nil where images are compared themselves.
        var templates: Int?
        let positives: Int
        let negatives: Int
        let folds: Int
        /// Which folds of the list these are, from 1; nil when all.
        var onlyFolds: [Int]?
        let thresholds: ThresholdCandidates?
        let resamples: Int
        let seed: UInt64
        let score = "cosine"
    }

    let `protocol`: Facts
    let plain: VerificationMeasures
    let withFlip: VerificationMeasures?

    var title: String { "Verification by \(`protocol`.embeddings)" }

    var about: String { compared }

    var tables: [ReportTable] { [ReportTable(columns: ["measure"] + columns.map(\.name), rows: rows)] }

    /// Similarities of pairs, with the mean threshold of the folds where there are any, and the curves.
    var figures: [any ThemedDrawing] {
        let cosines = plain.folds?.cosines ?? []
        let threshold = cosines.isEmpty ? nil : cosines.reduce(0, +) / Double(cosines.count)
        let histograms = columns.map { name, measures in
            measures.curve.similarities(
                "cosines, \(name)", threshold: name == columns[0].name ? threshold : nil) as any ThemedDrawing
        }
        return histograms + columns.map { $0.measures.curve.rates($0.name) }.pictures(`protocol`.embeddings)
    }

    private var compared: String {
        let facts = `protocol`
        let kinds = "\(formatCount(facts.positives)) of one class and \(formatCount(facts.negatives)) of two"
        if let pairs = facts.pairs {
            return
                "\(facts.embeddings): the pairs of \(pairs)"
                + (facts.onlyFolds.map { ", folds \($0.map { "\($0)" }.joined(separator: " and "))" } ?? "")
                + ", \(kinds), of \(formatCount(facts.images)) images"
                + (facts.templates.map { " in \(formatCount($0)) templates" } ?? "") + "; "
                + (facts.folds > 1
                    ? "\(facts.folds) folds in the order of the file, each with the threshold on the squared distance "
                        + "(\(facts.thresholds == .observed ? "of those observed" : "0, 0.01, ..., 3.99")) that is best on the others"
                    : "one fold, so that no threshold is chosen")
        }
        return
            "\(facts.embeddings): all pairs of \(formatCount(facts.images)) embeddings, \(kinds); cosines rounded to 2^-20"
    }

    func show() {
        Console.paragraph(compared)
        if withFlip != nil {
            Console.paragraph(
                "with flip: the direction of the sum of the embeddings of each image and of its mirror image")
        }
        Console.print("")
        showMeasures()
        for (name, measures) in columns { showThresholds(measures, name) }
    }

    private var columns: [(name: String, measures: VerificationMeasures)] {
        [("plain", plain)] + (withFlip.map { [("with flip", $0)] } ?? [])
    }

    private func showMeasures() {
        var table = TextTable(["measure"] + columns.map(\.name))
        for row in rows { table.append(row) }
        Console.print(table)
    }

    private var rows: [[String]] {
        var rows: [[String]] = []
        func add(_ name: String, _ text: (VerificationMeasures) -> String?) {
            let cells = columns.compactMap { text($0.measures) }
            if cells.count == columns.count { rows.append([name] + cells) }
        }
        func spread(_ mean: Double?, _ deviation: Double?) -> String {
            guard let mean, let deviation else { return "-" }
            return "\(Console.share(mean)) ± \(Console.share(deviation))"
        }
        add("accuracy over folds") { $0.folds.map { spread($0.accuracy, $0.deviation) } }
        add("AUC") { Console.share($0.areaUnderCurve) }
        add("  95 % interval") { measures in
            measures.areaInterval.map { "\(Console.share($0.lower)) to \(Console.share($0.upper))" }
        }
        add("EER") { Console.share($0.equalErrorRate) }
        for (index, rate) in (plain.foldedRates ?? []).enumerated() where rate.isMeasurable {
            add("VAL over folds, FAR \(rate.target)") { measures in
                measures.foldedRates.map { spread($0[index].validationRate, $0[index].deviation) }
            }
        }
        return rows
    }

    private func showThresholds(_ measures: VerificationMeasures, _ name: String) {
        Console.print("")
        if withFlip != nil { Console.print("\(name):") }
        if let folds = measures.folds, let least = folds.squaredDistances.min(), let most = folds.squaredDistances.max()
        {
            Console.paragraph(
                "thresholds of the folds: squared distance \(text(least)) to \(text(most)), "
                    + "cosine \(text(1 - most / 2)) to \(text(1 - least / 2))")
        }
        var table = TextTable(["FAR asked for", "achieved", "TAR", "cosine above", "squared distance below"])
        for rate in measures.rates {
            if let achieved = rate.falseAcceptRate, let accepted = rate.trueAcceptRate {
                table.append([
                    "\(rate.target)", String(format: "%.3g", achieved), Console.share(accepted),
                    rate.cosine.map(text) ?? "any", rate.squaredDistance.map(text) ?? "any",
                ])
            } else {
                table.append(["\(rate.target)", "-", "-", "-", "-"])
            }
        }
        Console.print(table)
        let missing = measures.rates.filter { !$0.isMeasurable }
        if !missing.isEmpty {
            Console.paragraph(
                "not measurable: FAR \(missing.map { "\($0.target)" }.joined(separator: ", ")), "
                    + "less than one of \(formatCount(`protocol`.negatives)) pairs of two classes")
        }
    }

    private func text(_ number: Double) -> String { String(format: "%.4f", number) }
}
