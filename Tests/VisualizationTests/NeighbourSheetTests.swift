import Foundation
import Testing

@testable import Visualization

#if canImport(FoundationXML)
    import FoundationXML
#endif

struct NeighbourSheetTests {
    static func image(_ grey: UInt8, width: Int = 4, height: Int = 4) -> SampleImage {
        SampleImage(width: width, height: height, channels: 1, pixels: Data(repeating: grey, count: width * height))
    }

    static func sheet(_ right: [Bool], width: Double = 640) -> NeighbourSheet {
        let neighbours = right.enumerated().map { index, isRight in
            NeighbourRow.Neighbour(
                image: image(UInt8(20 + 40 * index % 200)), className: "class \(index)", similarity: 0.9,
                isRight: isRight)
        }
        return NeighbourSheet(
            rows: [NeighbourRow(query: image(10), className: "class", neighbours: neighbours)], width: width)
    }

    static let blue: [UInt8] = [0x1C, 0x59, 0xB6]
    static let orange: [UInt8] = [0xD3, 0x68, 0x08]

    @Test func framesTellRightFromWrong() throws {
        func counts(_ right: [Bool]) throws -> (blue: Int, orange: Int) {
            let pixels = try Pixels(png: Self.sheet(right).encoded(as: .png(scale: 2)))
            return (pixels.find(Self.blue).count, pixels.find(Self.orange).count)
        }
        let (all, none, half) = (try counts([true, true]), try counts([false, false]), try counts([true, false]))
        // What is left is the mark of the key.
        #expect(all.blue > 10 * all.orange && none.orange > 10 * none.blue)
        #expect(abs(Double(half.blue + all.orange - (all.blue + none.blue) / 2 - all.orange)) < Double(all.blue) * 0.1)
        #expect(half.blue > 10 * all.orange && half.orange > 10 * none.blue)
    }

    /// The marks differ in form: with colors taken away, a tick and a cross are not the same.
    @Test func marksDifferWithoutColor() throws {
        func light(_ isRight: Bool) throws -> [Bool] {
            let pixels = try Pixels(png: Self.sheet([isRight]).encoded(as: .png(scale: 2)))
            let paper = (0..<pixels.height).flatMap { y in (0..<pixels.width).map { pixels[$0, y] == [255, 255, 255] } }
            return paper
        }
        let (tick, cross) = (try light(true), try light(false))
        #expect(zip(tick, cross).count { $0 != $1 } > 20)
    }

    @Test func imagesKeepTheirGreysAndOrder() throws {
        let pixels = try Pixels(png: Self.sheet([true, false, true]).encoded(as: .png(scale: 1)))
        let places = [10, 20, 60, 100].map { pixels.find([UInt8](repeating: UInt8($0), count: 3)) }
        for place in places { #expect(place.count > 2_000) }
        #expect(zip(places, places.dropFirst()).allSatisfy { $0.x + 60 < $1.x && abs($0.y - $1.y) < 3 })
    }

    @Test func imagesKeepTheirShape() throws {
        let wide = Self.image(77, width: 30, height: 10)
        let sheet = NeighbourSheet(rows: [NeighbourRow(query: wide, className: "", neighbours: [])])
        let pixels = try Pixels(png: sheet.encoded(as: .png(scale: 1)))
        let inside = (0..<pixels.height).filter { y in (0..<pixels.width).contains { pixels[$0, y] == [77, 77, 77] } }
        let across = (0..<pixels.width).filter { x in (0..<pixels.height).contains { pixels[x, $0] == [77, 77, 77] } }
        #expect(abs(across.count - 3 * inside.count) <= 3)
    }

    @Test func narrowSheetsShowTheFirstNeighbours() throws {
        let many = Self.sheet([Bool](repeating: true, count: 10))
        for width in [240.0, 380, 912] {
            let sheet = many.laidOut(width: width)
            let svg = try sheet.encoded(as: .svg)
            #expect(XMLParser(data: svg).parse() && hasOnlyNumbers(svg))
            let pixels = try Pixels(png: sheet.encoded(as: .png(scale: 1)))
            for y in 0..<pixels.height { #expect(pixels[pixels.width - 8, y] == [255, 255, 255]) }
        }
        #expect(XMLParser(data: try NeighbourSheet(rows: []).encoded(as: .svg)).parse())
    }

    @Test func sameSheetGivesSameBytes() throws {
        #expect(try Self.sheet([true]).encoded(as: .svg) == Self.sheet([true]).encoded(as: .svg))
    }

    @Test func wrongBytesTrap() async {
        await #expect(processExitsWith: .failure) {
            _ = SampleImage(width: 2, height: 2, channels: 1, pixels: Data(count: 3))
        }
        await #expect(processExitsWith: .failure) { _ = NeighbourSheet(rows: [], width: 100) }
    }
}
