import ArgumentParser
import Evaluation
import Files
import Foundation
import Terminal
import Training

/// `hypersphere calibrate`.
struct CalibrateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "calibrate",
        abstract: "Choose from which score on `identify` names an image, and save it in the model.",
        usage: "hypersphere calibrate MODEL DATA [--far 0.01] [options]",
        discussion: """
            Each image of validation data, which the model has not learnt from, is compared
            with all others: its nearest of another class is a false accept where it lies
            above the threshold, as if its own class were not in the gallery. The threshold
            is the lowest that keeps to the false accept rate; larger galleries than the
            validation data have a higher one.

            Classes that the model has learnt lie far from each other, farther than from
            what it has never seen. Where images of other classes are at hand, give them by
            --unknown; then those are the false accepts.

            Examples:
              hypersphere calibrate runs/birds-1 birds/validation --unknown other-birds
              hypersphere calibrate runs/faces-1 new-people --far 0.001
            """)

    @Argument(help: "A run's folder, or its model.safetensors.")
    var model: String

    @Argument(
        help: ArgumentHelp("Validation data: a folder of classes, a CSV file or a known set.", valueName: "data"))
    var images: String

    @Option(help: "Images of classes that are not among the data's, in any form that DATA has.")
    var unknown: String?

    @Option(name: .customLong("far"), help: "The share of unknown images that may be accepted.")
    var target = 0.01

    @Option(help: "What is close: cosine, euclidean or dot. (default: cosine)", transform: choice(of: "--metric"))
    var metric = EmbeddingMetric.cosine

    @OptionGroup var modelOptions: ModelOptions

    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard target > 0 && target < 1 else {
            throw ValidationError("--far expects a rate between 0 and 1, got \(target)")
        }
    }

    private struct Result: Encodable {
        let calibration: ModelCalibration
        let falseAcceptRate: Double
        let trueAcceptRate: Double
        let detectionAndIdentificationRate: Double
        let loneCount: Int

        init(_ calibration: ModelCalibration, _ scores: NearestScores) {
            self.calibration = calibration
            loneCount = scores.loneCount
            let named = scores.identified.count(where: calibration.acceptance.accepts)
            detectionAndIdentificationRate = Double(named) / Double(scores.genuine.count)
            falseAcceptRate = calibration.acceptance.falseAcceptRate
            trueAcceptRate = calibration.acceptance.trueAcceptRate
        }
    }

    func run() throws {
        let bundle = try modelOptions.model(model)
        let set = try modelOptions.images(images, .test)
        let table = try modelOptions.table(of: set, by: bundle, named: images, quiet: output.quiet)
        if metric == .cosine { try table.checkDirections() }
        let numbering = ClassNumbering(try table.knownClasses())
        let labelled = try table.labelled(by: numbering)
        let strange = try unknown.map { word in
            try modelOptions.table(of: modelOptions.images(word, .test), by: bundle, named: word, quiet: output.quiet)
        }
        try strange?.checkUnknown(among: Set(numbering.names), of: images, quiet: output.quiet)
        let scores =
            try strange.map { try NearestScores(of: labelled, unknown: $0.embeddings, metric: metric) }
            ?? NearestScores(of: labelled, metric: metric)
        // Another set's numbers name other classes.
        let impostors = strange.map { ($0.classes ?? []).filter { Int($0) == nil } } ?? numbering.names
        if !output.quiet, !Set(bundle.classNames).isDisjoint(with: impostors) {
            Console.note(
                "warning: the model has learnt classes of \(unknown ?? images), which lie farther from each other than unknown ones do; "
                    + "more of the unknown will be accepted than is told below: give images of other classes with --unknown"
            )
        }
        let found = try AcceptanceThreshold.calibrated(
            genuine: scores.genuine, impostors: scores.impostors, target: target, kind: scores.kind)
        guard let acceptance = found.value else {
            throw UserFacingError(
                unknown ?? images, field: "--far",
                problem: "\(target) is less than one of \(Console.counted(scores.impostors.count, "image"))",
                remedy: "give more images"
                    + (leastRate(of: scores.impostors.count).map { ", or ask for a rate of \($0) or more" } ?? ""))
        }
        let calibration = ModelCalibration(
            acceptance, from: scores, data: unknown.map { "\(images) and \($0)" } ?? images,
            classes: numbering.names.count,
            images: table.count)
        try ModelBundle.save(calibration, in: model)
        let result = Result(calibration, scores)
        if output.json { return try Console.print(json: result) }
        let side = metric.largerMeansCloser ? "above" : "below"
        Console.paragraph(
            "\(images): \(Console.counted(calibration.images, "image")) in \(Console.counted(calibration.classes, "class", plural: "classes")), "
                + "\(formatCount(calibration.impostorPairs)) pairs of two classes; \(formatCount(scores.loneCount)) alone in "
                + "their class")
        Console.paragraph(
            "an image is named where the \(metric.title) of the nearest is \(side) \(fixed(acceptance.threshold, digits: 4))"
        )
        Console.paragraph(
            "false accept rate: \(Console.share(acceptance.falseAcceptRate)) of \(formatCount(acceptance.impostors)), "
                + "\(target) asked for; true accept rate: \(Console.share(acceptance.trueAcceptRate)) of "
                + "\(formatCount(acceptance.genuine)), or named rightly, no image of another class being nearer: "
                + Console.share(result.detectionAndIdentificationRate))
        Console.print("saved in \(model)")
    }

    /// The least rate that so many images can measure, rounded up to two digits; nil where that is all of them.
    private func leastRate(of count: Int) -> Double? {
        guard count > 1 else { return nil }
        let exponent = Int(log10(1 / Double(count)).rounded(.down)) - 1
        let digits = (pow(10, Double(-exponent)) / Double(count)).rounded(.up)
        return Double("\(Int(digits))e\(exponent)")
    }
}
