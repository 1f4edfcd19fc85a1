import Datasets
import Files
import Foundation
import NeuralNetwork
import Torch
import Visualization

/// Draws a run's curves and its page from what the folder holds.
struct RunReport {
    let folder: RunFolder
    let history: [EpochMetrics]
    let set: ImageSet

    func write(_ trainer: Trainer) throws {
        let curves = curves(title: trainer.recipe.name)
        try curves.write(to: "\(folder.curves).png")
        try curves.write(to: "\(folder.curves).svg")
        let figures = try figures(classNames: trainer.testClassNames)
        for (path, figure) in figures {
            var titled = figure
            titled.subtitle = [trainer.recipe.name, figure.subtitle].joined(separator: " · ")
            try titled.write(to: "\(path).png")
            try titled.write(to: "\(path).svg")
        }
        let report = Report(
            title: trainer.recipe.name, about: trainer.recipe.about, summary: summary(of: trainer),
            figures: figures.map(\.figure),
            metrics: MetricsTable(
                columns: history.first?.columns.map(\.name) ?? [], rows: history.map { $0.columns.map(\.value) }),
            curves: [curves], gallery: try gallery(), features: try movie(classNames: trainer.testClassNames),
            recipe: try InputFile.text(folder.recipe),
            environment: FileManager.default.fileExists(atPath: folder.environment)
                ? try InputFile.text(folder.environment) : "")
        try report.write(to: folder.report)
    }

    /// What the last epoch's model makes of the test images, with the paths to keep it at.
    private func figures(classNames: [String]) throws -> [(path: String, figure: any ThemedDrawing)] {
        guard let counts = try TestCounts(path: folder.testCounts, classes: classNames.count) else { return [] }
        let note = "test images after epoch \(history.count)"
        let matrix = counts.matrix(classNames: classNames, note).map { (folder.confusions, $0 as any ThemedDrawing) }
        return [(folder.similarities, counts.histogram("cosines of \(note)")), matrix].compactMap(\.self)
    }

    private func curves(title: String) -> Figure {
        let epochs = history.map { Double($0.epoch) }
        func series(_ name: String, _ value: (EpochMetrics) -> Double, colorIndex: Int) -> LineSeries {
            LineSeries(name, x: epochs, y: history.map(value), colorIndex: colorIndex)
        }
        return Figure(
            title: title,
            panels: [
                LineChart(
                    title: "loss",
                    series: [series("train", \.trainLoss, colorIndex: 0)]
                        + (history.allSatisfy { $0.test.loss != nil }
                            ? [series("test", { $0.test.loss ?? 0 }, colorIndex: 1)] : [])),
                LineChart(
                    title: "accuracy, %",
                    series: [
                        series("train", { 100 * $0.trainAccuracy }, colorIndex: 0),
                        series(
                            history.first?.test.loss == nil ? "test P@1, unseen classes" : "test",
                            { 100 * $0.test.score }, colorIndex: 1),
                    ]),
            ])
    }

    private func summary(of trainer: Trainer) -> [(String, String)] {
        var rows: [(String, String)] = []
        if let last = history.last {
            rows.append((last.test.scoreName, "\(percent(last.test.score)) after epoch \(last.epoch)"))
        }
        if let best = history.max(by: { $0.test.score < $1.test.score }) {
            rows.append(("best", "\(percent(best.test.score)) after epoch \(best.epoch), chosen on the test set"))
        }
        let seconds = history.reduce(0) { $0 + $1.seconds }
        let epochs = history.count == 1 ? "1 epoch" : "\(history.count) epochs"
        rows.append(("time", "\(fixed(seconds, digits: 1)) s for \(epochs)"))
        rows.append(("device", "\(trainer.device), \(trainer.precision), \(trainer.layout)"))
        rows.append(("parameters", grouped(trainer.parameterCount)))
        return rows
    }

    /// The first, middle and last pictures of the features.
    private func gallery() throws -> [Picture] {
        let chosen = Set([1, 2, (history.count + 1) / 2, history.count]).sorted()
        return try chosen.compactMap { epoch in
            let path = folder.featurePicture(epoch: epoch)
            guard FileManager.default.fileExists(atPath: path) else { return nil }
            return Picture(caption: "features after epoch \(epoch)", png: try InputFile.map(path))
        }
    }

    private func movie(classNames: [String]) throws -> FeatureMovie? {
        var shown: [Int] = []
        let frames: [FeatureFrame] = try history.compactMap { metrics in
            let path = folder.featureNumbers(epoch: metrics.epoch)
            guard FileManager.default.fileExists(atPath: path) else { return nil }
            let numbers = try SafetensorsFile(path: path).tensors()
            // Which they are may change from epoch to epoch only where files were lost in between.
            let samples = numbers["samples"]?.array(of: Int.self) ?? FeatureMovie.shownSamples(of: set.count)
            if shown.isEmpty { shown = samples }
            guard let points = numbers["points"]?.array(of: Float.self), points.count == 2 * shown.count,
                samples == shown, shown.allSatisfy((0..<set.count).contains)
            else { return nil }
            return FeatureFrame(
                name: "epoch \(metrics.epoch)", note: "\(metrics.test.scoreName) \(percent(metrics.test.score))",
                points: points,
                centers: numbers["centers"]?.array(of: Float.self) ?? [])
        }
        guard !frames.isEmpty else { return nil }
        let labels = set.labels
        return FeatureMovie(
            classNames: classNames, labels: shown.map { Int(labels[$0]) }, frames: frames, sampleNumbers: shown,
            thumbnails: thumbnails(of: shown), total: set.count)
    }

    /// The pictures of samples, where all of them are in memory and small.
    private func thumbnails(of shown: [Int]) -> Thumbnails? {
        guard case .memory(let images) = set, images.channels != 2, max(images.width, images.height) <= 96 else {
            return nil
        }
        let size = images.imageSize
        var pixels = Data(capacity: shown.count * size)
        for index in shown { pixels.append(contentsOf: images.pixels[index * size..<(index + 1) * size]) }
        return Thumbnails(width: images.width, height: images.height, channels: images.channels, pixels: pixels)
    }
}
