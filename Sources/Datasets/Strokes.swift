import Dispatch
import Randomness

/// Drawn characters for trying things out without a download: pen strokes under random pens, poses and wobbles.
///
/// Images are `[28, 28, 1]`, white ink on black, as in MNIST. Each is a function of seed, classes and index alone, and the
/// classes take turns, so that any beginning of the set is balanced.
public struct Strokes: Sendable {
    /// Which characters are drawn.
    public enum Classes: String, CaseIterable, Codable, Sendable {
        /// 0 to 9.
        case digits
        /// A to Z.
        case letters
        /// 0 to 9, then A to Z.
        case all

        /// What the classes are called, in the order of their labels.
        public var names: [String] { glyphs.map(\.name) }

        var glyphs: [Glyph] {
            switch self {
            case .digits: Glyph.digits
            case .letters: Glyph.letters
            case .all: Glyph.digits + Glyph.letters
            }
        }
    }

    /// Rows and columns of an image.
    public static let imageSize = 28

    /// Which characters are drawn.
    public let classes: Classes

    /// What all draws start from.
    public let seed: UInt64

    private let glyphs: [Glyph]
    private let part: UInt64

    /// Describes the set of `seed`; nothing is drawn yet.
    public init(classes: Classes, seed: UInt64) {
        self.init(classes: classes, seed: seed, part: 0)
    }

    private init(classes: Classes, seed: UInt64, part: UInt64) {
        self.classes = classes
        self.seed = seed
        self.part = part
        glyphs = classes.glyphs
    }

    /// The class of the image at `index`: `index` modulo the number of classes.
    ///
    /// - Precondition: `index` is not negative.
    public func label(_ index: Int) -> Int64 {
        precondition(index >= 0, "Strokes.label: expected an index from 0, got \(index)")
        return Int64(index % glyphs.count)
    }

    /// The image at `index`, `[28, 28, 1]`, each value in 0...255.
    ///
    /// - Precondition: `index` is not negative.
    public func image(_ index: Int) -> [UInt8] {
        var canvas = StrokeCanvas()
        return [UInt8](unsafeUninitializedCapacity: StrokeCanvas.pixelCount) { pixels, count in
            draw(index, on: &canvas, into: pixels)
            count = StrokeCanvas.pixelCount
        }
    }

    /// The images `0..<count`, drawn on all cores; how many there are changes nothing.
    ///
    /// - Precondition: `count` is positive.
    public func dataset(count: Int, name: String) -> ImageDataset {
        precondition(count > 0, "Strokes.dataset: expected a positive count, got \(count)")
        let size = StrokeCanvas.pixelCount
        let chunk = 256
        let pixels = [UInt8](unsafeUninitializedCapacity: count * size) { buffer, filled in
            // Each iteration writes images of its own only.
            nonisolated(unsafe) let pixels = buffer
            DispatchQueue.concurrentPerform(iterations: (count + chunk - 1) / chunk) { iteration in
                var canvas = StrokeCanvas()
                for index in (iteration * chunk)..<min((iteration + 1) * chunk, count) {
                    let image = pixels[(index * size)..<((index + 1) * size)]
                    draw(index, on: &canvas, into: UnsafeMutableBufferPointer(rebasing: image))
                }
            }
            filled = count * size
        }
        do {
            return try ImageDataset(
                name: name, channels: 1, height: Self.imageSize, width: Self.imageSize, pixels: pixels,
                labels: (0..<count).map(label), classNames: classes.names)
        } catch {
            preconditionFailure("Strokes.dataset: \(error)")
        }
    }

    /// A set to train on and another to measure on, of the same characters by other draws.
    ///
    /// - Precondition: both counts are positive.
    public func splits(train: Int = 10_000, test: Int = 2_000) -> DatasetSplits {
        DatasetSplits(
            train: dataset(count: train, name: "strokes-\(classes.rawValue)/train"),
            test: Strokes(classes: classes, seed: seed, part: part + 1)
                .dataset(count: test, name: "strokes-\(classes.rawValue)/test"))
    }

    private func draw(_ index: Int, on canvas: inout StrokeCanvas, into pixels: UnsafeMutableBufferPointer<UInt8>) {
        let glyph = glyphs[Int(label(index))]
        var generator = SeededGenerator(seed: seed, path: Self.purpose, part, UInt64(index))
        let shape = glyph.shapes[generator.index(below: glyph.shapes.count)]
        let style = PenStyle(using: &generator)
        canvas.clear()
        for stroke in shape { canvas.add(stroke, style: style, using: &generator) }
        canvas.develop(style, using: &generator, into: pixels)
    }

    // Keeps these draws apart from those of other parts that have the same seed.
    private static let purpose: UInt64 = 0x7374_726F_6B65
}
