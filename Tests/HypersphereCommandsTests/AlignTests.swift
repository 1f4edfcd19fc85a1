import Foundation
import TestSupport
import Testing
import Torch

/// `align` on an image of the fixture that is written as a file.
@Suite(.noLeaks) struct AlignTests {
    private static let header = "path,x0,y0,x1,y1,x2,y2,x3,y3,x4,y4\n"

    /// The program beside a folder with one image, `photographs/ann/1.png`, and the line of its points.
    private func withImage(_ body: (Program, String) throws -> Void) throws {
        try Program.inScratchFolder { program in
            let folder = program.path("photographs/ann")
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try FileManager.default.copyItem(atPath: Fixture.path("images/png_rgb.png"), toPath: "\(folder)/1.png")
            try body(program, "10,12,30,12,20,22,12,30,28,30")
        }
    }

    private func align(_ program: Program, _ words: String...) throws -> Program.Result {
        try program.run(["align", "photographs", "-o", "aligned", "--threads", "1"] + words)
    }

    @Test func facesBecomeFiles() throws {
        try withImage { program, points in
            try program.write("\(Self.header)ann/1.png,\(points)\nann/1.png,\(points)\n", to: "faces.csv")
            let result = try align(program, "--landmarks", "faces.csv", "--sheet", "sheet.png")
            #expect(result.status == 0 && result.stderr.isEmpty, "\(result.stderr)")
            #expect(
                result.stdout == "aligned: 2 faces of 1 image, 112x112\nsheet.png: the mean face and 2 faces\n")
            let first = try program.data("aligned/ann/1-1.png")
            #expect(try first.starts(with: [0x89, 0x50, 0x4E, 0x47]) && first == program.data("aligned/ann/1-2.png"))
            // The sides, in the header of a PNG file.
            #expect(Array(first[16..<24]) == [0, 0, 0, 112, 0, 0, 0, 112])
            #expect(try program.data("sheet.png").count > first.count)
            expectOneLine(
                try align(program, "--landmarks", "faces.csv"), ["aligned: is there already", "name a folder"])
        }
    }

    @Test func pointsBesideImagesAndTheNarrowTemplate() throws {
        try withImage { program, _ in
            let points = (0..<68).map { "\(10 + $0 % 9) \(12 + $0 / 9)" }.joined(separator: "\n")
            try program.write("version: 1\nn_points: 68\n{\n\(points)\n}\n", to: "photographs/ann/1.pts")
            let result = try align(program, "--size", "112x96")
            #expect(result.stdout == "aligned: 1 face of 1 image, 112x96\n", "\(result.stderr)")
            #expect(try Array(program.data("aligned/ann/1.png")[16..<24]) == [0, 0, 0, 96, 0, 0, 0, 112])
        }
    }

    @Test(arguments: [
        ("ann/2.png,POINTS", ["faces.csv: line 2: ann/2.png does not exist below photographs"]),
        ("../1.png,POINTS", ["faces.csv: line 2: ../1.png does not lie below photographs"]),
        ("/etc/1.png,POINTS", ["faces.csv: line 2: /etc/1.png does not lie below photographs"]),
        ("ann/1.png,1,1,1,1,1,1,1,1,1,1", ["faces.csv: line 2: the points do not span a face"]),
        ("ann/1.png,POINTS\nann/1.jpg,POINTS", ["faces.csv: line 3: its face would be ann/1.png, as that of"]),
        ("ann/cut.jpg,POINTS", ["photographs/ann/cut.jpg: is cut short"]),
    ])
    func isRefused(lines: String, parts: [String]) throws {
        try withImage { program, points in
            for (source, name) in [("jpeg_rgb.jpg", "1.jpg"), ("bad_jpeg_cut.bin", "cut.jpg")] {
                try FileManager.default.copyItem(
                    atPath: Fixture.path("images/\(source)"), toPath: program.path("photographs/ann/\(name)"))
            }
            try program.write(Self.header + lines.replacing("POINTS", with: points) + "\n", to: "faces.csv")
            let before = try program.contents()
            expectOneLine(try align(program, "--landmarks", "faces.csv"), parts)
            #expect(try program.contents() == before)
        }
    }

    @Test func missingPointsAreNamed() throws {
        try withImage { program, _ in
            expectOneLine(try align(program), ["photographs/ann/1.pts: does not exist"])
            let result = try align(program, "--size", "100x100")
            #expect(result.status == 2 && result.stderr.contains("--size expects 112x112 or 112x96"))
        }
    }
}
