import Datasets
import Foundation
import Testing
import TestSupport
import Torch

/// `evaluate verification` on all pairs and on lists of pairs.
@Suite(.noLeaks) struct EvaluateVerificationTests {
    @Test func allPairsAreScikitLearns() throws {
        let item = try Fixture("verification")["all_pairs"]
        try Program.inScratchFolder { program in
            try SafetensorsFile.write(
                ["embeddings": item.tensor("embeddings"), "labels": item.tensor("labels")],
                to: program.path("x.safetensors"))
            let words = ["evaluate", "verification", "--embeddings", "x.safetensors", "--far", "0.5,0.01,0.0001"]
            let found = try program.answers(words)
            // Cosines are rounded to 2^-20.
            expectEqual(try found.number("plain", "areaUnderCurve"), try item.tensor("area").item(), absolute: 1e-6)
            #expect(
                try found.number("protocol", "positives") + found.number("protocol", "negatives") == 120 * 119 / 2)
            let rates = try #require(found["plain"]?["rates"]?.list)
            let (accepted, falsely) = (
                try item.tensor("true_positives").array(of: Int.self),
                try item.tensor("false_positives").array(of: Int.self)
            )
            for (rate, target) in zip(rates, [0.5, 0.01]) {
                let negatives = Double(falsely[falsely.count - 1])
                let last = try #require(falsely.lastIndex { Double($0) / negatives <= target })
                #expect(try rate.number("falseAcceptRate") == Double(falsely[last]) / negatives)
                #expect(
                    try rate.number("trueAcceptRate") == Double(accepted[last]) / Double(accepted[accepted.count - 1]))
                expectEqual(
                    try rate.number("squaredDistance"), 2 - 2 * (try rate.number("cosine")), absolute: 1e-15)
            }
            #expect(rates[2]["isMeasurable"]?.bool == false && rates[2]["trueAcceptRate"] == nil)
            let text = try program.run(words + ["--threads", "1"])
            #expect(text.stdout.contains("\nnot measurable: FAR 0.0001, less than one of "), "\(text.stdout)")
            for line in text.lines { #expect(line.count <= 80, "\(line)") }
        }
    }

    /// Two folds of two pairs; rows of saved embeddings in another order than the list's.
    private static let list = "2\t1\na\t1\t2\na\t1\tb\t1\nb\t1\t2\nb\t2\tc\t1\n"
    private static let rows = "file,x0,x1\nx/c/c_0001.png,0,1\nb/b_0001.jpg,1,1\nb/b_0002.jpg,1,1.1\n"
    private static let others = "a/a_0001.jpg,1,0\na/a_0002.jpg,1,0.15\n"

    /// Templates in the files of the Janus benchmarks; all pairs of the fixture's.
    @Test func templatesAreComparedByPairs() throws {
        let item = try Fixture("templates")["several_weighted"]
        let (owners, media) = try (
            item.tensor("templates").array(of: Int.self), item.tensor("media").array(of: Int.self)
        )
        let weights = try item.tensor("weights").array(of: Double.self)
        let numbers = try item.tensor("numbers").array(of: Int.self)
        try Program.inScratchFolder { program in
            try NPYFile.write(item.tensor("embeddings"), to: program.path("x.npy"))
            try program.write(zip(owners, media).map { "a.jpg \($0) \($1)\n" }.joined(), to: "tid.txt")
            try program.write(weights.map { "a.jpg 0 0 \($0)\n" }.joined(), to: "score.txt")
            let pairs = [(0, 1, 1), (0, 2, 0), (3, 4, 1), (5, 6, 0)]
            try program.write(
                pairs.map { "\(numbers[$0.0]) \(numbers[$0.1]) \($0.2)\n" }.joined(), to: "pairs.txt")
            let words = [
                "evaluate", "templates", "--embeddings", "x.npy", "--templates", "tid.txt", "--pairs", "pairs.txt",
                "--quality", "score.txt", "--far", "0.5",
            ]
            let found = try program.answers(words)
            let cosines = try item.tensor("cosines")
            let scores = pairs.map { (cosines[$0.0][$0.1].item(), $0.2 == 1) }
            let (same, other) = (scores.filter(\.1).map(\.0), scores.filter { !$0.1 }.map(\.0))
            let right = same.reduce(0) { sum, score in sum + other.count { $0 < score } }
            #expect(try found.number("plain", "areaUnderCurve") == Double(right) / 4)
            #expect(found["protocol"]?["templates"]?.integer == 9)
            let text = try program.run(words)
            #expect(text.stdout.replacing("\n", with: " ").contains("of 40 images in 9 templates; one fold"))
            try program.write("1 99 1\n", to: "pairs.txt")
            expectOneLine(try program.run(words), ["pairs.txt: line 1: names the template 1"])
        }
    }

    @Test func savedEmbeddingsAreFoundByTheirFiles() throws {
        try Program.inScratchFolder { program in
            try program.write(Self.list, to: "pairs.txt")
            try program.write(Self.rows + Self.others, to: "x.csv")
            let found = try program.answers([
                "evaluate", "verification", "--embeddings", "x.csv", "--pairs", "pairs.txt", "--far", "0.5",
                "--resamples", "20",
            ])
            // python3 -c "from math import *; print([2 - 2 * cos(a) for a in (atan(.15), pi / 4, atan(1.1) - pi / 4, pi / 2 - atan(1.1))])"
            // 0.0221, 0.5858, 0.0023 and 0.5201: each fold takes the first threshold that is right on the other.
            let folds = try #require(found["plain"]?["folds"])
            #expect(try folds.numbers("accuracies") == [0.5, 1])
            #expect(try folds.numbers("squaredDistances") == [0.01, 0.03])
            #expect(try found.number("plain", "areaUnderCurve") == 1)
            #expect(try found.number("protocol", "images") == 5)
            #expect(try found.number("plain", "areaInterval", "upper") == 1)
        }
    }

    @Test func missingImagesAreNamed() throws {
        try Program.inScratchFolder { program in
            try program.write(Self.list, to: "pairs.txt")
            try program.write(Self.rows, to: "x.csv")
            let words = ["evaluate", "verification", "--embeddings", "x.csv", "--pairs", "pairs.txt"]
            expectOneLine(
                try program.run(words), ["x.csv: images: 2 of 5 are missing: a/a_0001.jpg, a/a_0002.jpg; "])
            try program.write("x0\n1\n", to: "x.csv")
            expectOneLine(try program.run(words), ["x.csv: files: the file does not tell them"])
            try program.write(Self.rows + Self.others + "y/a/a_0001.png,0,2\n", to: "x.csv")
            expectOneLine(try program.run(words), ["x.csv: files: rows 3 and 5 are both a/a_0001"])
            try program.write(Self.rows + "a/a_0001.jpg,1,0\na/a_0002.jpg,0,0\n", to: "x.csv")
            expectOneLine(try program.run(words), ["x.csv: row 4 (a/a_0002.jpg): is zero"])
        }
    }

    @Test func aModelEmbedsTheImagesOfTheListAndTheirMirrorImages() throws {
        try TinyRun.withCopy { program in
            try program.write(Self.list, to: "pairs.txt")
            // Orientation 2 is the mirror image of 1, so that both pairs of two persons are an image and its mirror image.
            let images = [
                "a_0001": "orientation_1", "a_0002": "422", "b_0001": "orientation_2", "b_0002": "orientation_2",
                "c_0001": "orientation_1",
            ]
            for (name, fixture) in images {
                let folder = program.path("faces/\(name.prefix(1))")
                try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
                try FileManager.default.copyItem(
                    atPath: Fixture.path("images/jpeg_\(fixture).jpg"), toPath: "\(folder)/\(name).jpg")
            }
            let words = [
                "evaluate", "verification", TinyRun.folder, "--pairs", "pairs.txt", "--images", "faces", "--far", "0.5",
            ]
            let plain = try program.answers(words)
            #expect(plain["withFlip"] == nil)
            let both = try program.answers(words + ["--flip"])
            #expect(both["plain"] == plain["plain"])
            // The greatest rejected cosine is theirs. In bfloat16, whose numbers have 8 bits, an image's embedding may differ by
            // a few parts in 256 with its place in the batch, and a cosine by the square of that.
            let cosines = try ["plain", "withFlip"].map { form in
                try #require(both[form]?["rates"]?.list?[0]).number("cosine")
            }
            expectEqual(cosines[1], 1, absolute: 2e-5)
            #expect(cosines[0] < cosines[1])
            try FileManager.default.removeItem(atPath: program.path("faces/c/c_0001.jpg"))
            expectOneLine(try program.run(words), ["faces: images: 1 of 5 are missing: c/c_0001.jpg; "])
            try program.write("no image", to: "faces/c/c_0001.jpg")
            expectOneLine(try program.run(words), ["faces/c/c_0001.jpg: is neither JPEG nor PNG"])
        }
    }

    private static let data = ProcessInfo.processInfo.environment["HYPERSPHERE_DATA"]

    /// The number of right answers of each fold, by `python Tools/reference/lfw.py FOLDER`: 32 sums of pixels.
    private static let right = [369, 350, 346, 352, 368, 356, 376, 345, 357, 357]
    private static let thresholds = [1.07, 1.07, 1.07, 1.07, 1.01, 1.07, 1.16, 1.07, 1.01, 1.07]

    @Test(.enabled(if: data != nil, "set HYPERSPHERE_DATA to the folder that contains lfw/"))
    func theRealFacesByAProjectionOfPixels() throws {
        let data = try #require(Self.data)
        try Program.inScratchFolder { program in
            try program.unpack("\(data)/lfw/lfw112-view2.tar.xz")
            let (embeddings, files) = try Self.projections(of: program.path("lfw112"))
            #expect(files.count == 7701)
            let json = String(decoding: try JSONEncoder().encode(files), as: UTF8.self)
            try SafetensorsFile.write(
                ["embeddings": embeddings], metadata: ["files": json], to: program.path("x.safetensors"))
            let found = try program.answers([
                "evaluate", "verification", "--embeddings", "x.safetensors", "--pairs", "\(data)/lfw/pairs.txt",
            ])
            let folds = try #require(found["plain"]?["folds"])
            #expect(try folds.numbers("accuracies") == Self.right.map { Double($0) / 600 })
            #expect(try folds.numbers("squaredDistances").map { ($0 * 100).rounded() / 100 } == Self.thresholds)
            expectEqual(try folds.number("accuracy"), 0.5959999999999999, absolute: 1e-15)
            expectEqual(try folds.number("deviation"), 0.016350331291240968, absolute: 1e-15)
            expectEqual(try found.number("plain", "areaUnderCurve"), 0.6327503333333333, absolute: 1e-12)
            let rates = try #require(found["plain"]?["rates"]?.list)
            #expect(try rates.prefix(3).map { try $0.number("trueAcceptRate") } == [704, 160, 32].map { $0 / 3000 })
        }
    }

    /// Sums over blocks of 8 x 8 pixels and three colours, less their middle, and 32 sums of these with signs of a closed form:
    /// whole numbers, of which no order of summation changes a digit.
    private static func projections(of folder: String) throws -> (Tensor, [String]) {
        let files = try ImageFolder(folder).images()
        let decoder = ImageDecoder()
        let signs: [Double] = (0..<UInt64(196 * 32)).map { place in
            let product = (place / 32 + 1) * (place % 32 + 1) * 2_654_435_761
            return product % (1 << 32) >= 1 << 31 ? 1 : -1
        }
        let sums = try files.map { file in
            let image = try decoder.decode(file)
            let pixels = Tensor(image.pixels, shape: [14, 8, 14, 8, 3]).to(.float64)
            return pixels.sum(along: [1, 3, 4]).flattened() + Double(-128 * 8 * 8 * 3)
        }
        return (Tensor.stacked(sums).matrixProduct(Tensor(signs, shape: [196, 32])), files)
    }
}

extension Program {
    /// Unpacks an archive into the working folder.
    fileprivate func unpack(_ archive: String) throws {
        let tar = Process()
        tar.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        tar.arguments = ["tar", "-xJf", archive, "-C", folder]
        try tar.run()
        tar.waitUntilExit()
        #expect(tar.terminationStatus == 0)
    }
}
