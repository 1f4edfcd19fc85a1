import Foundation
import Testing

@testable import Visualization

#if canImport(FoundationXML)
    import FoundationXML
#endif

struct ConfusionMatrixTests {
    // numpy: l = np.arange(60) % 3; p = (l + (np.arange(60) % 7 == 0) + (np.arange(60) % 11 == 0)) % 3
    static let labels = (0..<60).map { $0 % 3 }
    static let predictions = (0..<60).map { ($0 % 3 + ($0 % 7 == 0 ? 1 : 0) + ($0 % 11 == 0 ? 1 : 0)) % 3 }
    static let matrix = ConfusionMatrix(labels: labels, predictions: predictions, classNames: ["a", "b", "c"])

    // c = np.zeros((3, 3), int); np.add.at(c, (l, p), 1); c.tolist(); (l == p).mean()
    @Test func countsAreNumpys() {
        #expect(Self.matrix.counts == [16, 3, 1, 0, 15, 5, 5, 0, 15])
        #expect(abs(Self.matrix.accuracy - 0.7666666666666667) < 1e-15)
        #expect(Self.matrix.remarks == "76.67 % of 60 right")
    }

    // share = np.sqrt(c / c.sum(1, keepdims=True)); (255 + (color - 255) * share).round(), color #1c59b6 or #d36808
    static let shades: [[[UInt8]]] = [
        [[52, 107, 190], [238, 197, 159], [245, 221, 200]], [[255, 255, 255], [58, 111, 192], [233, 180, 132]],
        [[233, 180, 132], [255, 255, 255], [58, 111, 192]],
    ]

    @Test func shadesFollowTheSharesOfTheRow() throws {
        let pixels = try Pixels(png: Self.matrix.encoded(as: .png(scale: 1)))
        // The right cell of the first class is the only place of this color but for the scale's columns of one pixel.
        let first = pixels.find(Self.shades[0][0])
        #expect(first.count > 500)
        let corner = (0..<pixels.height).flatMap { y in (0..<pixels.width).map { ($0, y) } }
            .first { isClose(pixels[$0.0, $0.1], Self.shades[0][0]) }
        let (left, top) = try #require(corner)
        let width = (left..<pixels.width).prefix { isClose(pixels[$0, top], Self.shades[0][0]) }.count
        for label in 0..<3 {
            for prediction in 0..<3 {
                // A corner of the cell, where no number stands.
                let pixel = pixels[left + prediction * (width + 1) + 4, top + label * (width + 1) + 4]
                #expect(isClose(pixel, Self.shades[label][prediction]), "\(label), \(prediction): \(pixel)")
            }
        }
    }

    private func isClose(_ pixel: [UInt8], _ color: [UInt8]) -> Bool {
        zip(pixel, color).allSatisfy { abs(Int($0) - Int($1)) <= 1 }
    }

    @Test func largestConfusionsComeFirst() {
        let confusions = Self.matrix.largestConfusions(3)
        #expect(confusions.map { [$0.label, $0.prediction, $0.count] } == [[1, 2, 5], [2, 0, 5], [0, 1, 3]])
        #expect(ConfusionMatrix(counts: [4, 0, 0, 4], classNames: ["a", "b"]).largestConfusions(5).isEmpty)
    }

    @Test(arguments: [1, 2, 10, 37, 100, 300])
    func anyNumberOfClassesDraws(classes: Int) throws {
        let names = (0..<classes).map { "a class with a rather long name, number \($0)" }
        let counts = (0..<classes * classes).map { $0 / classes == $0 % classes ? 1_234 : max(0, $0 * 7919 % 11 - 9) }
        let matrix = ConfusionMatrix(counts: counts, classNames: names, title: "t")
        for width in [380.0, 840] {
            var sized = matrix.laidOut(width: width)
            let svg = try sized.encoded(as: .svg)
            #expect(XMLParser(data: svg).parse())
            #expect(hasOnlyNumbers(svg))
            sized.theme = .dark
            let pixels = try Pixels(png: sized.encoded(as: .png(scale: 1)))
            for y in 0..<pixels.height {
                for x in [0, 11, pixels.width - 12, pixels.width - 1] {
                    #expect(pixels[x, y] == [0x18, 0x1B, 0x20], "\(x), \(y)")
                }
            }
        }
    }

    @Test func emptyRowsAndNoSamplesDraw() throws {
        let matrix = ConfusionMatrix(counts: [0, 0, 0, 0], classNames: ["a", "b"])
        #expect(matrix.accuracy == 0 && matrix.remarks == "no samples")
        #expect(XMLParser(data: try matrix.encoded(as: .svg)).parse())
    }

    @Test func wrongCountsTrap() async {
        await #expect(processExitsWith: .failure) { _ = ConfusionMatrix(counts: [1, 2, 3], classNames: ["a", "b"]) }
        await #expect(processExitsWith: .failure) { _ = ConfusionMatrix(counts: [-1], classNames: ["a"]) }
        await #expect(processExitsWith: .failure) {
            _ = ConfusionMatrix(labels: [2], predictions: [0], classNames: ["a", "b"])
        }
    }
}
