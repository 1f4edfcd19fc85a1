import Datasets
import Files
import Foundation
import TestSupport
import Testing

@Suite struct DataTests {
    /// Copies images of the fixture to the places given.
    private func place(_ files: [(from: String, to: String)], in program: Program) throws {
        for (source, target) in files {
            let path = program.path(target)
            try FileManager.default.createDirectory(
                atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
            try FileManager.default.copyItem(atPath: Fixture.path("images/\(source)"), toPath: path)
        }
    }

    private static let good = [
        ("jpeg_420.jpg", "birds/owl/1.jpg"), ("jpeg_444.jpg", "birds/owl/2.jpg"), ("png_rgb.png", "birds/wren/1.png"),
        ("jpeg_grey.jpg", "birds/wren/2.jpg"), ("png_grey_8.png", "birds/wren/more/3.png"),
    ]

    private func report(_ result: Program.Result) throws -> DatasetReport {
        try JSONDecoder().decode(DatasetReport.self, from: Data(result.stdout.utf8))
    }

    @Test func aGoodFolderIsDescribed() throws {
        try Program.inScratchFolder { program in
            try place(Self.good, in: program)
            let result = try program.run("data", "check", "birds")
            #expect(result.status == 0 && result.stderr.isEmpty, "\(result.stderr)")
            #expect(
                result.stdout == """
                    birds: 5 images in 2 classes, 2 to 3 (median 2) a class
                    formats: 3 JPEG, 2 PNG
                    width: 33 to 61 (median 61) pixels; height: 21 to 43 (median 43) pixels

                    fewest in birds  images
                    ---------------  ------
                    owl                   2
                    wren                  3

                    all 5 images can be used

                    """)
        }
    }

    @Test func whatIsBrokenScarceOrTwiceIsTold() throws {
        try Program.inScratchFolder { program in
            let files = [
                ("jpeg_420.jpg", "birds/train/owl/1.jpg"), ("jpeg_420.jpg", "birds/train/owl/2.jpg"),
                ("jpeg_444.jpg", "birds/train/wren/1.jpg"), ("bad_jpeg_cut.bin", "birds/train/wren/2.jpg"),
                ("jpeg_444.jpg", "birds/test/owl/1.jpg"), ("bad_text.bin", "birds/test/wren/1.png"),
            ]
            try place(files, in: program)
            let result = try program.run("data", "check", "birds", "--threads", "3")
            #expect(result.status == 1)
            #expect(result.stdout.contains("\n  train/wren/2.jpg\n    is cut short: it ends after "))
            #expect(result.stdout.contains("\n  test/wren/1.png\n    is neither JPEG nor PNG: it begins with 3C 68"))
            #expect(result.stdout.contains("\n  train/owl/1.jpg\n    = train/owl/2.jpg\n"))
            #expect(result.stdout.contains("    = test/owl/1.jpg (in both parts and several classes)\n"))
            #expect(result.stdout.hasSuffix("\n2 of 6 images cannot be used\n"))
            #expect((result.lines + result.errorLines).allSatisfy { $0.count <= 80 })
            #expect(
                result.errorLines == [
                    "warning: birds/test has 2 classes with one image each: no other image can be",
                    "found for it", "warning: 1 image is in both parts", "warning: 1 image is in several classes",
                ])

            let json = try report(program.run("data", "check", "birds", "--json"))
            #expect(json.broken.map(\.path) == ["birds/train/wren/2.jpg", "birds/test/wren/1.png"])
            #expect(json.duplicates.map(\.acrossParts) == [false, true])
            #expect(json.duplicates.map(\.acrossClasses) == [false, true])
            #expect(json.images == 6 && json.formats == ["jpeg": 4])
            #expect(try report(program.run("data", "check", "birds", "--json", "--threads", "1")) == json)
        }
    }

    @Test func aListIsChecked() throws {
        try Program.inScratchFolder { program in
            try place(Self.good, in: program)
            try program.write("path,label,split\nbirds/owl/1.jpg,owl,train\nbirds/owl/2.jpg,owl,test\n", to: "list.csv")
            let result = try program.run("data", "check", "list.csv")
            #expect(result.status == 0)
            #expect(result.stdout.contains("list/train: 1 image in 1 class, 1 a class\n"))
            #expect(result.stderr.contains("warning: list/train has one class alone"))
            #expect(result.stderr.contains("1 class with one image"))
        }
    }

    @Test(arguments: [
        (["none"], ["none: does not exist"]), (["empty"], ["empty: it holds no folder of a class"]),
        (["list.csv"], ["list.csv: line 2: gone.jpg does not exist"]),
    ])
    func whatCannotBeListedIsOneLine(words: [String], parts: [String]) throws {
        try Program.inScratchFolder { program in
            try FileManager.default.createDirectory(atPath: program.path("empty"), withIntermediateDirectories: true)
            try program.write("path,label\ngone.jpg,a\n", to: "list.csv")
            let result = try program.run(["data", "check"] + words)
            #expect(result.status == 1 && result.errorLines.count == 1 && result.stdout.isEmpty)
            for part in parts { #expect(result.stderr.contains(part), "\(result.stderr)") }
        }
    }

    @Test func wrongUseIsStatusTwo() throws {
        try Program.inScratchFolder { program in
            let results = [
                try program.run("data", "check", "birds", "--threads", "0"), try program.run("data", "check"),
            ]
            #expect(results.map(\.status) == [2, 2])
        }
    }

    @Test func knownSetsAreListed() throws {
        try Program.inScratchFolder { program in
            let result = try program.run("data", "list")
            #expect(result.status == 0 && result.stderr.isEmpty)
            #expect(result.lines.contains("cifar10             10  60,000  32 x 32    170 MB  no"), "\(result.stdout)")
            #expect(result.lines.contains { $0.hasPrefix("strokes ") && $0.hasSuffix(" drawn") })
            try FileManager.default.createDirectory(
                atPath: program.path("sets/cifar10"), withIntermediateDirectories: true)
            try program.write("", to: "sets/cifar10/cifar-10-binary.tar.gz")
            let json = try program.run("data", "list", "--data", "sets", "--json")
            let sets = try JSONDecoder().decode([Setting].self, from: Data(json.stdout.utf8))
            #expect(
                sets.filter { $0["present"]?.bool == true }.compactMap { $0["name"]?.text } == ["strokes", "cifar10"])
        }
    }
}
