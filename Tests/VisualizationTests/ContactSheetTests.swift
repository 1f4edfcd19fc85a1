import Foundation
import Testing

@testable import Visualization

struct ContactSheetTests {
    private static func cell(_ color: [UInt8], width: Int = 8, height: Int = 8) -> ContactSheet.Cell {
        let pixels = (0..<width * height).flatMap { _ in color }
        return .init(SampleImage(width: width, height: height, channels: 3, pixels: Data(pixels)), name: "name")
    }

    /// Each image is there with its own color and in its own shape, and the sheet is as high as its rows.
    @Test func imagesKeepColorAndShape() throws {
        let (red, green): ([UInt8], [UInt8]) = ([200, 10, 20], [10, 180, 30])
        let cells = [Self.cell(red), Self.cell(green, width: 4, height: 8)]
        let pixels = try Pixels(png: ContactSheet(cells: cells).encoded(as: .png(scale: 1)))
        let (full, half) = (pixels.find(red).count, pixels.find(green).count)
        #expect(full == 92 * 92 && half == 92 * 46)
    }

    @Test func rowsMakeTheHeight() {
        let cells = [ContactSheet.Cell](repeating: Self.cell([1, 2, 3]), count: 11)
        let one = ContactSheet(cells: Array(cells.prefix(9)), width: 960)
        let two = ContactSheet(cells: cells, width: 960)
        #expect(two.size.height - one.size.height == 118)
        #expect(two.laidOut(width: 240).size.height > two.size.height && two.laidOut(width: 240).size.width == 240)
    }

    /// A file of the image alone: its bytes come back, grey ones as grey.
    @Test func aSampleAsAFile() throws {
        let colors: [UInt8] = (0..<24).map { UInt8(10 * $0) }
        let color = SampleImage(width: 4, height: 2, channels: 3, pixels: Data(colors))
        let read = try Pixels(png: color.png())
        #expect(read.width == 4 && read.height == 2)
        let grey = try SampleImage(width: 3, height: 2, channels: 1, pixels: Data([0, 50, 100, 150, 200, 250])).png()
        // The kind of color, in the header of a PNG file: 0 is grey.
        #expect(grey[25] == 0 && grey[24] == 8)
        #expect(color.shrunk(toFit: 2).width == 2 && color.shrunk(toFit: 2).height == 1)
        #expect(color.shrunk(toFit: 9) == color)
    }
}
