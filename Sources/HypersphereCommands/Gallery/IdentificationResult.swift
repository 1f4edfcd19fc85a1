import Datasets
import Evaluation
import Files
import Terminal
import Training

/// What `identify` answers, and how it came to it.
struct IdentificationResult: Encodable {
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

    let `protocol`: Facts
    let images: [Answer]
    let broken: [UnusableImage]

    private static let unknown = "unknown"

    init(
        _ queries: GalleryQueries, gallery: EmbeddingTable, galleryClasses: [String], protocol facts: Facts
    ) throws {
        self.protocol = facts
        broken = queries.broken.map(UnusableImage.init)
        let found = try queries.nearest(1, in: gallery, by: facts.metric)
        images = zip(queries.samples, found).map { sample, found in
            let (place, score) = found[0]
            let isKnown = facts.metric.largerMeansCloser ? score > facts.threshold : score < facts.threshold
            return Answer(
                file: sample.path, name: isKnown ? galleryClasses[place] : nil, score: score,
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
