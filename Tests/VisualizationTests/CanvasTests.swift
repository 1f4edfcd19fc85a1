import Files
import Foundation
import Testing

@testable import Visualization

#if canImport(FoundationXML)
    import FoundationXML
#endif

struct CanvasTests {
    struct Sample: Drawing {
        var size = CGSize(width: 100, height: 60)

        func draw(on canvas: Canvas) {
            canvas.fill(CGRect(origin: .zero, size: size), Color(0xFFFFFF))
            canvas.clipped(to: CGRect(x: 0, y: 0, width: 50, height: 60)) {
                canvas.fillCircle(around: CGPoint(x: 50, y: 30), radius: 20, Color(0x1C59B6))
            }
            canvas.group(opacity: 0.5) {
                canvas.fill(CGRect(x: 80, y: 0, width: 20, height: 60), Color(0x000000))
                canvas.fill(CGRect(x: 80, y: 0, width: 20, height: 60), Color(0xFF0000))
            }
            canvas.text(
                "<&> é\n\u{FFFE}", at: CGPoint(x: 2, y: 12), TextStyle(size: 10, color: Color(0), halo: Color(0xFFFFFF))
            )
            canvas.rasterised(in: CGRect(x: 60, y: 40, width: 10, height: 10), scale: 2) {
                $0.fill(CGRect(x: 0, y: 0, width: 100, height: 60), Color(0x46CB80))
            }
        }
    }

    @Test func pngHasSignatureSizeAndColors() throws {
        let png = try Sample().encoded(as: .png(scale: 2))
        // PNG specification, 5.2: the signature; 11.2.2: width and height follow the header's length and type.
        #expect(Array(png.prefix(8)) == [137, 80, 78, 71, 13, 10, 26, 10])
        #expect(Array(png[16..<24]) == [0, 0, 0, 200, 0, 0, 0, 120])
        let pixels = try Pixels(png: png)
        #expect(pixels[90, 60] == [0x1C, 0x59, 0xB6])
        #expect(pixels[110, 60] == [255, 255, 255], "outside the clip")
        // Half of red over white: 255 and 127.5.
        #expect(pixels[180, 60][0] == 255 && (127...128).contains(pixels[180, 60][1]))
        #expect(pixels[130, 90] == [0x46, 0xCB, 0x80])
        #expect(pixels[130, 70] == [255, 255, 255], "outside the layer")
    }

    @Test func svgIsWellFormed() throws {
        let parser = XMLParser(data: try Sample().encoded(as: .svg))
        #expect(parser.parse(), "\(String(describing: parser.parserError))")
    }

    @Test func pdfHasItsSignature() throws {
        #expect(try Sample().encoded(as: .pdf).starts(with: Data("%PDF-1.".utf8)))
    }

    @Test(arguments: [ImageFormat.png(scale: 2), .svg, .pdf])
    func sameDrawingGivesSameBytes(format: ImageFormat) throws {
        #expect(try Sample().encoded(as: format) == Sample().encoded(as: format))
    }

    @Test func tooLargePictureIsAnError() {
        #expect(throws: UserFacingError.self) {
            try Sample(size: CGSize(width: 40_000, height: 10)).encoded(as: .png(scale: 1))
        }
    }

    @Test(arguments: ["a.gif", "a"])
    func unknownEndingIsAnError(name: String) throws {
        let error = #expect(throws: UserFacingError.self) { try Sample().write(to: "/tmp/\(name)") }
        #expect(error?.subject == "/tmp/\(name)")
        #expect(error?.remedy.contains(".svg") == true)
    }

    @Test func missingFolderIsAnError() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/missing/a.png"
            let error = #expect(throws: UserFacingError.self) { try Sample().write(to: path) }
            #expect(error?.subject == path)
            #expect(error?.problem.contains("does not exist") == true)
        }
    }

    @Test func failureLeavesTheOldFile() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/a.png"
            try Sample().write(to: path)
            let old = try Data(contentsOf: URL(fileURLWithPath: path))
            #expect(throws: UserFacingError.self) {
                try Sample(size: CGSize(width: 40_000, height: 10)).write(to: path)
            }
            #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == old)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["a.png"])
        }
    }
}
