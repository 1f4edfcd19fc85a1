import Datasets
import Evaluation
import Files
import Foundation
import Terminal
import Visualization

/// What `search` found.
struct SearchResult: EvaluationResult {
    struct Facts: Encodable {
        let model: String
        let gallery: String
        let galleryCount: Int
        let metric: EmbeddingMetric
    }

    struct Found: Encodable {
        /// The row of the gallery, from 0.
        let row: Int
        let file: String?
        let className: String?
        let score: Double
    }

    struct Answer: Encodable {
        let file: String
        let nearest: [Found]
    }

    let `protocol`: Facts
    let images: [Answer]
    let broken: [UnusableImage]

    /// Pictures of a page; those of hundreds of photographs would make it too large to open.
    private static let mostPictures = 120
    /// What is found for an image and shown; more do not fit side by side.
    private static let mostNeighbours = 12

    init(
        _ queries: GalleryQueries, gallery: EmbeddingTable, model: String, count: Int, metric: EmbeddingMetric
    ) throws {
        `protocol` = Facts(model: model, gallery: gallery.name, galleryCount: gallery.count, metric: metric)
        broken = queries.broken.map(UnusableImage.init)
        images = try zip(queries.samples, queries.nearest(count, in: gallery, by: metric)).map { sample, found in
            Answer(
                file: sample.path,
                nearest: found.map { row, score in
                    Found(row: row, file: gallery.files?[row], className: gallery.classes?[row], score: score)
                })
        }
    }

    var title: String { "Nearest images in \(`protocol`.gallery)" }

    var about: String {
        "\(`protocol`.gallery): \(Console.counted(`protocol`.galleryCount, "embedding")); score: "
            + `protocol`.metric.title
    }

    /// None: the pictures tell it.
    var tables: [ReportTable] { [] }

    func show() {
        Console.paragraph(about)
        guard !images.isEmpty else { return }
        Console.print("")
        let hasClasses = images.contains { $0.nearest.contains { $0.className != nil } }
        var table = TextTable(["image", "rank", "nearest"] + (hasClasses ? ["class"] : []) + ["score"])
        for image in images {
            for (place, found) in image.nearest.enumerated() {
                table.append(
                    [place == 0 ? image.file : "", "\(place + 1)", name(of: found)]
                        + (hasClasses ? [found.className ?? ""] : []) + [Console.share(found.score)])
            }
        }
        Console.print(table)
    }

    func printCSV() {
        Console.print("file,rank,nearest,class,score")
        for image in images {
            for (place, found) in image.nearest.enumerated() {
                let fields = [image.file, "\(place + 1)", name(of: found), found.className ?? "", "\(found.score)"]
                Console.print(fields.map(CSVTable.field).joined(separator: ","))
            }
        }
    }

    /// Images with what was found for them.
    ///
    /// - Throws: `UserFacingError` when an image's file cannot be used.
    func sheet(_ pictures: GalleryPictures) throws -> NeighbourSheet {
        let width = min(Self.mostNeighbours, images.first?.nearest.count ?? 0)
        let shown = images.prefix(Self.mostPictures / (width + 1))
        let rows = try shown.map { image in
            let neighbours = try image.nearest.prefix(width).compactMap { found in
                try pictures.image(found.row).map {
                    NeighbourRow.Neighbour(
                        image: $0, className: found.file.map(caption) ?? found.className ?? name(of: found),
                        similarity: found.score)
                }
            }
            return NeighbourRow(
                query: try pictures.image(at: image.file), className: caption(image.file), neighbours: neighbours)
        }
        let isCut = images.count > shown.count
        return NeighbourSheet(
            rows: rows, title: "Images and what is nearest",
            subtitle: isCut ? "the first \(shown.count) of \(formatCount(images.count)) images" : "")
    }

    private func name(of found: Found) -> String { found.file ?? "row \(found.row)" }

    /// The file's name with that of its folder, which may be its class.
    private func caption(_ path: String) -> String {
        (path as NSString).pathComponents.filter { $0 != "/" }.suffix(2).joined(separator: "/")
    }
}
