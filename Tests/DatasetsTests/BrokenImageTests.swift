import Datasets
import Files
import Foundation
import TestSupport
import Testing

/// Files that are no images, or no whole ones: refused in a line, never a crash, never filled up.
@Suite struct BrokenImageTests {
    @Test(arguments: [
        ("empty", "is empty (0 bytes)"),
        ("text", "is neither JPEG nor PNG: it begins with 3C 68 74 6D"),
        ("signature_only", "is cut short: it ends after 3 bytes"),
        ("jpeg_huge", "size: 60,000 x 60,000 pixels are more than the limit of 178,956,970"),
        ("png_huge", "size: 60,000 x 60,000 pixels are more than the limit of 178,956,970"),
        ("jpeg_cut", "is cut short: it ends after "),
        ("jpeg_damaged", "is damaged (Corrupt JPEG data: premature end of data segment)"),
        ("png_cut", "is cut short: it ends after "),
        ("png_damaged", "is damaged ("),
        ("png_no_pixels", "is damaged (Invalid IHDR data)"),
    ])
    func areRefused(file: String, problem: String) throws {
        let path = Fixture.path("images/bad_\(file).bin")
        for channels in [ImageChannels.rgb, .grey] {
            expectRefusal(path, problem, "; ") { _ = try ImageDecoder(channels: channels).decode(path) }
        }
    }

    @Test func whatCannotBeReadIsRefused() throws {
        try withScratchFolder { folder in
            expectRefusal("\(folder)/none.jpg: does not exist; check") {
                _ = try ImageDecoder().decode("\(folder)/none.jpg")
            }
            expectRefusal("\(folder): is a folder; name") { _ = try ImageDecoder().information(of: folder) }
        }
    }

    @Test func thePixelLimitIsASetting() throws {
        let path = Fixture.path("images/jpeg_444.jpg")
        #expect(try ImageDecoder(pixelLimit: 43 * 61).decode(path).width == 61)
        expectRefusal(path, "size: 61 x 43 pixels are more than the limit of 2,622; make") {
            _ = try ImageDecoder(pixelLimit: 43 * 61 - 1).information(of: path)
        }
    }

    /// Memory is taken for the pixels after the limit is checked, so that a promise of 10.8 GB costs nothing.
    @Test(arguments: ["jpeg_huge", "png_huge"]) func aPromiseTakesNoMemory(file: String) throws {
        let before = Machine.peakMemory
        #expect(throws: UserFacingError.self) {
            try ImageDecoder().decode(Fixture.path("images/bad_\(file).bin"))
        }
        // Other tests run at the same time; 60,000 x 60,000 would take 3.6 GB even in grey.
        #expect(Machine.peakMemory - before < 2 << 30)
    }

    /// Up to the last byte of the image each file that is cut is refused: none decodes to something else.
    @Test(arguments: [
        "jpeg_420.jpg", "jpeg_progressive.jpg", "jpeg_cmyk.jpg", "jpeg_orientation_6.jpg", "jpeg_restarts.jpg",
        "png_rgb.png", "png_palette_alpha.png", "png_interlaced_rgb.png", "png_orientation.png",
    ])
    func everyTruncationIsRefused(file: String) throws {
        let whole = try Data(InputFile.map(Fixture.path("images/\(file)")))
        let decoder = ImageDecoder()
        for count in stride(from: 1, to: whole.count, by: 3) {
            expectRefusal("some.jpg", "; ") { _ = try decoder.decode(bytes: whole.prefix(count), named: "some.jpg") }
        }
        expectRefusal("some.jpg", "is cut short") {
            _ = try decoder.decode(bytes: whole.dropLast(), named: "some.jpg")
        }
    }

    /// Whatever a byte becomes, the file is decoded or refused, whole and in part.
    @Test(arguments: ["jpeg_420.jpg", "jpeg_progressive.jpg", "png_palette_alpha.png", "png_interlaced_rgb.png"])
    func noChangedByteCrashes(file: String) throws {
        let whole = try Data(InputFile.map(Fixture.path("images/\(file)")))
        let decoder = ImageDecoder(pixelLimit: 1 << 20)
        for position in 0..<whole.count {
            var changed = whole
            changed[position] = changed[position] &+ UInt8(truncatingIfNeeded: 1 + position % 251)
            do {
                let image = try decoder.decode(bytes: changed, named: "some.jpg") { information in
                    guard position % 2 == 0 else {
                        return PixelRegion(top: 0, left: 0, height: information.height, width: information.width)
                    }
                    return PixelRegion(
                        top: information.height / 2, left: information.width / 2, height: information.height / 3 + 1,
                        width: information.width / 3 + 1)
                }
                #expect(image.pixels.count == image.height * image.width * 3)
            } catch let error as UserFacingError {
                #expect(error.subject == "some.jpg")
            }
        }
    }

    @Test func aRegionOutsideTraps() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let path = Fixture.path("images/jpeg_444.jpg")
            _ = try ImageDecoder().decode(path) { _ in PixelRegion(top: 40, left: 0, height: 4, width: 61) }
        }
        expectTrap(result, saying: "ImageDecoder: expected a region within 43 x 61")
    }
}
