import Faces
import Foundation
import Terminal
import Torch
import Visualization

/// What a contact sheet of aligned faces shows: their mean, and some that are spread over all.
struct AlignmentPreview {
    private static let most = 89

    private let template: FaceTemplate
    private let chosen: Set<Int>
    private let total: Int
    private var cells: [ContactSheet.Cell] = []
    private var sums: [Double]
    private var count = 0

    init(count: Int, template: FaceTemplate) {
        self.template = template
        total = count
        let shown = min(count, Self.most)
        chosen = Set((0..<shown).map { $0 * count / shown })
        sums = [Double](repeating: 0, count: template.height * template.width * 3)
    }

    /// Takes the next face.
    mutating func add(_ face: SampleImage, named name: String) {
        for (place, value) in face.pixels.enumerated() { sums[place] += Double(value) }
        if chosen.contains(count) {
            cells.append(.init(face, name: ((name as NSString).lastPathComponent as NSString).deletingPathExtension))
        }
        count += 1
    }

    /// How many faces the sheet shows.
    var shownCount: Int { cells.count }

    var sheet: ContactSheet {
        let mean = SampleImage(
            width: template.width, height: template.height, channels: 3,
            pixels: Data(sums.map { UInt8(($0 / Double(max(1, count))).rounded()) }))
        return ContactSheet(
            cells: [.init(mean, name: "mean")] + cells, title: "Aligned faces",
            subtitle: "\(template.rawValue); \(formatCount(cells.count)) of \(formatCount(total)), and the mean of all")
    }
}

extension Tensor {
    /// An image `[C, H, W]` of bytes on the processor.
    var sampleImage: SampleImage {
        let rows = permuted([1, 2, 0]).contiguous()
        return SampleImage(
            width: rows.size(1), height: rows.size(0), channels: rows.size(2), pixels: Data(rows.array(of: UInt8.self)))
    }
}
