import Datasets
import Files
import Foundation
import Randomness
import TestSupport
import Testing

/// Pixels are compared with those of Pillow 13 and its libjpeg-turbo 3; see `Tools/reference/images.py`.
@Suite struct ImageDecoderTests {
    /// A file of the fixture and what Pillow makes of it.
    struct Case: CustomTestStringConvertible, Sendable {
        let file: String
        let format: String
        let rgb: DecodedImage
        let grey: DecodedImage

        var path: String { Fixture.path("images/\(file)") }
        var testDescription: String { file }
    }

    static let cases: [Case] = {
        do {
            let packed = try InputFile.map(Fixture.path("images/pixels.gz"))
            let pixels = [UInt8](try Gzip.decompress(packed, limit: 1 << 20, path: "pixels.gz"))
            return (try Fixture.json("images/index.json")["good"]?.list ?? []).map { entry in
                let height = entry["height"]?.integer ?? 0
                let width = entry["width"]?.integer ?? 0
                func image(_ key: String, _ channels: Int) -> DecodedImage {
                    let start = entry[key]?.integer ?? 0
                    return DecodedImage(
                        pixels: Array(pixels[start..<start + height * width * channels]), height: height, width: width,
                        channels: channels)
                }
                return Case(
                    file: entry["file"]?.text ?? "", format: entry["format"]?.text ?? "", rgb: image("rgb", 3),
                    grey: image("grey", 1))
            }
        } catch {
            Issue.record(error)
            return []
        }
    }()

    @Test func thereAreFixtures() {
        #expect(Self.cases.count > 40)
    }

    /// libjpeg-turbo's integer transform and interpolation are the same in all its versions, so that not a bit may differ.
    @Test(arguments: cases) func pixelsArePillows(file: Case) throws {
        let decoded = try ImageDecoder().decode(file.path)
        #expect(decoded.height == file.rgb.height && decoded.width == file.rgb.width && decoded.channels == 3)
        #expect(largestDifference(decoded, file.rgb) == 0)
        let grey = try ImageDecoder(channels: .grey).decode(file.path)
        #expect(grey.height == file.grey.height && grey.width == file.grey.width && grey.channels == 1)
        // Pillow rounds twice: to RGB, then to grey; so does this, but for JPEGs that libjpeg itself makes grey.
        #expect(largestDifference(grey, file.grey) == 0)
    }

    @Test(arguments: cases) func aRegionIsTheCropOfTheWhole(file: Case) throws {
        var generator = SeededGenerator(seed: 7, path: UInt64(file.rgb.pixels.count))
        for channels in [ImageChannels.rgb, .grey] {
            let decoder = ImageDecoder(channels: channels)
            let whole = try decoder.decode(file.path)
            for _ in 0..<60 {
                let height = Int.random(in: 1...whole.height, using: &generator)
                let width = Int.random(in: 1...whole.width, using: &generator)
                let region = PixelRegion(
                    top: .random(in: 0...whole.height - height, using: &generator),
                    left: .random(in: 0...whole.width - width, using: &generator), height: height, width: width)
                let part = try decoder.decode(file.path) { information in
                    #expect(information.height == whole.height && information.width == whole.width)
                    return region
                }
                #expect(part == crop(whole, region), "\(region)")
            }
        }
    }

    @Test(arguments: cases) func headersAreTold(file: Case) throws {
        let decoder = ImageDecoder()
        let information = try decoder.information(of: file.path)
        #expect(information.format.rawValue == file.format)
        #expect(information.height == file.rgb.height && information.width == file.rgb.width)
        #expect(try decoder.information(bytes: InputFile.map(file.path), named: "x") == information)
        #expect(try decoder.decode(bytes: [UInt8](InputFile.map(file.path)), named: "x").pixels == file.rgb.pixels)
    }

    @Test(arguments: [
        ("jpeg_grey.jpg", 1, 1), ("jpeg_420.jpg", 3, 1), ("jpeg_cmyk.jpg", 4, 1), ("png_grey_alpha.png", 2, 1),
        ("png_palette_4.png", 3, 1), ("png_palette_alpha.png", 4, 1), ("png_rgba.png", 4, 1),
        ("jpeg_orientation_5.jpg", 3, 5), ("jpeg_orientation_big_endian.jpg", 3, 6), ("jpeg_orientation_9.jpg", 3, 1),
        ("png_orientation.png", 3, 6),
    ])
    func componentsAndOrientationAreTold(file: String, components: Int, orientation: Int) throws {
        let information = try ImageDecoder().information(of: Fixture.path("images/\(file)"))
        #expect(information.components == components && information.orientation == orientation)
    }

    /// The chunk that tells how a camera was held may stand behind the pixels.
    @Test func theOrientationMayComeLast() throws {
        let bytes = [UInt8](try InputFile.map(Fixture.path("images/png_orientation.png")))
        var chunks: [ArraySlice<UInt8>] = []
        var place = 8
        while place < bytes.count {
            let size = bytes[place..<place + 4].reduce(0) { $0 << 8 | Int($1) } + 12
            chunks.append(bytes[place..<place + size])
            place += size
        }
        let at = try #require(chunks.firstIndex { $0.dropFirst(4).starts(with: Array("eXIf".utf8)) })
        chunks.insert(chunks.remove(at: at), at: chunks.count - 1)
        let moved = Array(bytes[..<8] + chunks.joined())
        #expect(moved != bytes && moved.count == bytes.count)
        let decoder = ImageDecoder()
        #expect(try decoder.decode(bytes: moved, named: "x") == decoder.decode(bytes: bytes, named: "x"))
        #expect(try decoder.information(bytes: moved, named: "x").orientation == 6)
    }

    /// A file that no memory holds is refused by its size.
    @Test func aFileOfGigabytesIsRefused() throws {
        try withScratchFolder { folder in
            let path = "\(folder)/huge.jpg"
            try Data().write(to: URL(fileURLWithPath: path))
            let file = try #require(FileHandle(forWritingAtPath: path))
            try file.truncate(atOffset: 3 << 30)
            try file.close()
            let sample = ImageSample(path: path, label: 0)
            let error = #expect(throws: UserFacingError.self) { _ = try ImageDecoder().decode(sample) }
            #expect(error?.problem.contains("more than an image can have") == true, "\(String(describing: error))")
        }
    }

    @Test func theNameSaysNothing() throws {
        try withScratchFolder { folder in
            let file = try #require(Self.cases.first { $0.format == "jpeg" })
            try FileManager.default.copyItem(atPath: file.path, toPath: "\(folder)/photograph.png")
            #expect(try ImageDecoder().decode("\(folder)/photograph.png") == file.rgb)
        }
    }

    /// A progressive file of which all scans but the first were taken out is still whole as JPEG goes; libjpeg would guess what is
    /// missing from neighbours that a region may not have.
    @Test func aRegionIsTheCropWhereScansAreMissing() throws {
        var bytes = try InputFile.map(Fixture.path("images/jpeg_grey_progressive.jpg"))
        let start = Data([0xFF, 0xDA])
        let first = try #require(bytes.range(of: start))
        let second = try #require(bytes.range(of: start, in: first.upperBound..<bytes.endIndex))
        bytes = bytes[..<second.lowerBound] + Data([0xFF, 0xD9])
        let decoder = ImageDecoder(channels: .grey)
        let whole = try decoder.decode(bytes: bytes, named: "cut")
        let region = PixelRegion(
            top: whole.height / 3, left: whole.width / 3, height: whole.height / 2, width: whole.width / 2)
        let part = try decoder.decode(bytes: bytes, named: "cut") { _ in region }
        #expect(part == crop(whole, region))
    }

    private func largestDifference(_ one: DecodedImage, _ other: DecodedImage) -> Int {
        zip(one.pixels, other.pixels).reduce(one.pixels.count == other.pixels.count ? 0 : 256) {
            max($0, abs(Int($1.0) - Int($1.1)))
        }
    }

    private func crop(_ image: DecodedImage, _ region: PixelRegion) -> DecodedImage {
        let rows = (region.top..<region.top + region.height).flatMap { row in
            let start = (row * image.width + region.left) * image.channels
            return image.pixels[start..<start + region.width * image.channels]
        }
        return DecodedImage(pixels: rows, height: region.height, width: region.width, channels: image.channels)
    }
}
