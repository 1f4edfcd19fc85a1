import Foundation

/// A ``FeatureMovie`` as the script of the report reads it.
struct FeatureData: Encodable {
    struct Frame: Encodable {
        let name: String
        let note: String
        /// The ends of the quantised coordinates: x, y.
        let low: [Double]
        let high: [Double]
        /// Points, then centers, as pairs of 16-bit integers in base64, lowest byte first.
        let data: String
    }

    struct Sheet: Encodable {
        let width: Int
        let height: Int
        let columns: Int
        let source: String
    }

    let classes: [String]
    let lightColors: [String]
    let darkColors: [String]
    let labels: [Int]
    let samples: [Int]
    let names: [String]?
    let total: Int
    let frames: [Frame]
    let thumbnails: Sheet?

    init(_ movie: FeatureMovie) throws {
        let indices = FeatureMovie.shownSamples(of: movie.labels.count)
        classes = movie.classNames
        lightColors = movie.classNames.indices.map { Theme.light.color(of: $0).hexadecimal }
        darkColors = movie.classNames.indices.map { Theme.dark.color(of: $0).hexadecimal }
        labels = indices.map { movie.labels[$0] }
        samples = indices.map { movie.sampleNumbers[$0] }
        names = movie.sampleNames.map { names in indices.map { names[$0] } }
        total = movie.total
        frames = movie.shownFrames.map { frame in
            Self.quantised(frame, points: indices.flatMap { [frame.points[2 * $0], frame.points[2 * $0 + 1]] })
        }
        thumbnails = try movie.thumbnails.map { thumbnails in
            let shown = thumbnails.shrunk(for: indices.count)
            return Sheet(
                width: shown.width, height: shown.height, columns: Thumbnails.columns(for: indices.count),
                source: "data:image/png;base64," + (try shown.sheet(of: indices)).base64EncodedString())
        }
    }

    /// The page's JSON, safe inside a script element.
    func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return HTMLText.escapedJSON(String(decoding: try encoder.encode(self), as: UTF8.self))
    }

    private static func quantised(_ frame: FeatureFrame, points: [Float]) -> Frame {
        let numbers = points + frame.centers
        let isShown = stride(from: 0, to: numbers.count, by: 2).map { numbers[$0].isFinite && numbers[$0 + 1].isFinite }
        var low = [Double.infinity, .infinity]
        var high = [-Double.infinity, -.infinity]
        for (index, number) in numbers.enumerated() where isShown[index / 2] {
            low[index % 2] = min(low[index % 2], Double(number))
            high[index % 2] = max(high[index % 2], Double(number))
        }
        if low[0] > high[0] {
            low = [-1, -1]
            high = [1, 1]
        }
        var bytes = Data(capacity: numbers.count * 2)
        for (index, number) in numbers.enumerated() {
            var word = Int16.min
            if isShown[index / 2] {
                let length = high[index % 2] - low[index % 2]
                let fraction = length > 0 ? (Double(number) - low[index % 2]) / length : 0.5
                word = Int16((fraction * 65_534 - 32_767).rounded())
            }
            withUnsafeBytes(of: word.littleEndian) { bytes.append(contentsOf: $0) }
        }
        return Frame(name: frame.name, note: frame.note, low: low, high: high, data: bytes.base64EncodedString())
    }
}
