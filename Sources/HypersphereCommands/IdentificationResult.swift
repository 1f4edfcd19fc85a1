import Datasets
import Evaluation
import Files
import Foundation
import Images
import Terminal
import Torch
import Training

/// What `identify` answers, and how it came to it.
struct IdentificationResult: Encodable {
    /// Images with their embeddings, and those that could not be used.
    struct Embedded {
        var embeddings: Tensor
        var indices: [Int]
        var broken: [BrokenImage]
    }

    struct Facts: Encodable {
        let model: String
        let gallery: String
        let galleryCount: Int
        let classCount: Int
        let metric: EmbeddingMetric
        let threshold: Double
        let calibration: ModelCalibration?
    }

    struct Answer: Encodable {
        let file: String
        /// Nil where the image is unknown.
        let name: String?
        let score: Double
        let nearest: String
        let nearestFile: String?
    }

    struct Unusable: Encodable {
        let file: String
        let problem: String
    }

    let `protocol`: Facts
    let images: [Answer]
    let broken: [Unusable]

    private static let unknown = "unknown"

    init(
        _ found: Embedded, _ set: ImageFileDataset, gallery: EmbeddingTable, galleryClasses: [String],
        protocol facts: Facts
    ) throws {
        self.protocol = facts
        broken = found.broken.map { Unusable(file: $0.path, problem: $0.reason) }
        guard !found.indices.isEmpty else {
            images = []
            return
        }
        let nearest = try Neighbours(of: found.embeddings, in: gallery.embeddings, count: 1, metric: facts.metric)
        images = found.indices.enumerated().map { row, index in
            let place = Int(nearest.indices[row])
            let score = Double(nearest.values[row])
            let isKnown = facts.metric.largerMeansCloser ? score > facts.threshold : score < facts.threshold
            return Answer(
                file: set.samples[index].path, name: isKnown ? galleryClasses[place] : nil, score: score,
                nearest: galleryClasses[place], nearestFile: gallery.files?[place])
        }
    }

    func show() {
        let facts = `protocol`
        let side = facts.metric.largerMeansCloser ? "above" : "below"
        var text =
            "\(facts.gallery): \(formatCount(facts.galleryCount)) embeddings of \(formatCount(facts.classCount)) classes; "
            + "named where the \(facts.metric.title) of the nearest is \(side) \(facts.threshold)"
        if let calibration = facts.calibration {
            text +=
                ", at which \(Console.share(calibration.acceptance.falseAcceptRate)) of the unknown in \(calibration.data) "
                + "were accepted"
        }
        Console.paragraph(text)
        Console.print("")
        var table = TextTable(["file", "name", "score"])
        for image in images {
            table.append([image.file, image.name ?? Self.unknown, Console.share(image.score)])
        }
        Console.print(table)
    }

    func printCSV() {
        Console.print("file,name,score")
        for image in images {
            Console.print(
                "\(CSVTable.field(image.file)),\(CSVTable.field(image.name ?? Self.unknown)),\(image.score)")
        }
    }
}
