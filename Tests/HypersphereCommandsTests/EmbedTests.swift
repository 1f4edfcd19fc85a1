import Datasets
import Foundation
import TestSupport
import Testing
import Torch

@Suite(.noLeaks) struct EmbedTests {
    private static let count = 32

    /// Runs `body` beside a copy of a finished training and the images that it measured on.
    private func withImages(_ body: (Program) throws -> Void) throws {
        try TinyRun.withCopy { program in
            let file = IDXFile(shape: [Self.count, 28, 28], elements: .bytes(TinyRun.testImages.pixels))
            try file.write(to: program.path("images.idx"), compressed: false)
            try file.write(to: program.path("images.idx.gz"), compressed: true)
            try body(program)
        }
    }

    private func embed(_ program: Program, _ words: String..., to output: String) throws {
        let result = try program.run(["embed", TinyRun.folder, "images.idx", "-o", output, "--threads", "1"] + words)
        #expect(result.status == 0 && result.stderr.isEmpty, "\(result.stderr)")
        #expect(result.stdout == "\(output): 32 embeddings of 2 numbers\n")
    }

    private func numbers(ofNPY name: String, in program: Program) throws -> [Float] {
        let data = try program.data(name)
        return data.dropFirst(128).withUnsafeBytes { bytes in
            (0..<bytes.count / 4).map { bytes.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
        }
    }

    private func features(of program: Program) throws -> [Float] {
        let path = program.path("\(TinyRun.folder)/features/epoch-002.safetensors")
        return try SafetensorsFile(path: path).tensor("points").array()
    }

    /// All three forms hold the same, and what the training itself found for these images, which it measured with the network as
    /// it trains. In bfloat16 that rounds each layer's result to 8 bits, where the fused network rounds once.
    @Test func theFormsAgreeWithEachOtherAndWithTheRun() throws {
        try withImages { program in
            for ending in ["npy", "safetensors", "csv"] {
                try embed(program, "--batch", "16", to: "out.\(ending)")
            }
            let measured = try features(of: program)
            let expected = try numbers(ofNPY: "out.npy", in: program)
            #expect(expected.count == 2 * Self.count && Set(expected).count > Self.count)
            let largest = measured.map(abs).max() ?? 0
            #expect(zip(expected, measured).allSatisfy { abs($0 - $1) <= largest / 64 })

            let tensor = try SafetensorsFile(path: program.path("out.safetensors")).tensor("embeddings")
            #expect(tensor.shape == [Self.count, 2])
            #expect(tensor.array(of: Float.self) == expected)

            let rows = try program.text("out.csv").split(separator: "\n").map { $0.split(separator: ",") }
            #expect(rows[0] == ["index", "x0", "x1"])
            #expect(rows.dropFirst().map { $0[0] } == (0..<Self.count).map { "\($0)" })
            #expect(rows.dropFirst().flatMap { $0.dropFirst().map { Float($0) } } == expected)
        }
    }

    /// `numpy.save("out.npy", numpy.zeros((32, 2), "<f4"))` writes these 128 bytes before the numbers.
    @Test func theNPYHeaderIsNumPys() throws {
        try withImages { program in
            try embed(program, to: "out.npy")
            let data = try program.data("out.npy")
            #expect(Array(data.prefix(10)) == [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, 1, 0, 118, 0])
            let header = String(decoding: data[10..<128], as: UTF8.self)
            let dictionary = "{'descr': '<f4', 'fortran_order': False, 'shape': (32, 2), }"
            #expect(header == dictionary.padding(toLength: 117, withPad: " ", startingAt: 0) + "\n")
            #expect(data.count == 128 + Self.count * 2 * 4)
        }
    }

    /// Products of another size may be summed in another order: in float32 that moves the last digits, no more. In bfloat16,
    /// which keeps 8 bits, each layer rounds anew, so that the difference is of the order of 1/256.
    @Test(arguments: [("fp32", Float(1e-5)), ("bf16", 0.02)])
    func theBatchDoesNotMatter(precision: String, tolerance: Float) throws {
        try withImages { program in
            var results: [[Float]] = []
            for batch in ["1", "7", "256"] {
                try embed(program, "--batch", batch, "--precision", precision, to: "\(batch).npy")
                results.append(try numbers(ofNPY: "\(batch).npy", in: program))
            }
            let largest = results[0].map(abs).max() ?? 0
            for result in results {
                for (value, expected) in zip(result, results[0]) {
                    #expect(abs(value - expected) <= tolerance * largest)
                }
            }
        }
    }

    @Test func compressedImagesAndTheModelsOwnPathAreTheSame() throws {
        try withImages { program in
            try embed(program, to: "out.npy")
            let model = "\(TinyRun.folder)/model.safetensors"
            let words = ["-o", "other.npy", "--threads", "1", "--quiet"]
            let result = try program.run(["embed", model, "images.idx.gz"] + words)
            #expect(result.status == 0 && result.stderr.isEmpty, "\(result.stderr)")
            #expect(try program.data("other.npy") == program.data("out.npy"))
        }
    }

    /// The model, the images, the output, and what the line says.
    @Test(arguments: [
        ("none", "images.idx", "out.npy", ["none: does not exist"]),
        ("runs", "images.idx", "out.npy", ["runs/model.safetensors: does not exist"]),
        ("images.idx", "images.idx", "out.npy", ["images.idx: ", "; "]),
        ("cut.safetensors", "images.idx", "out.npy", ["cut.safetensors: "]),
        ("empty.safetensors", "images.idx", "out.npy", ["empty.safetensors: size: "]),
        ("features.safetensors", "images.idx", "out.npy", ["features.safetensors: metadata: does not describe"]),
        ("format.safetensors", "images.idx", "out.npy", ["format.safetensors: format: ", "bundle-9"]),
        ("layer.safetensors", "images.idx", "out.npy", ["layer.safetensors: backbone.conv1_1.weight: it is missing"]),
        ("last.safetensors", "images.idx", "out.npy", ["last.safetensors: metadata: does not describe a model"]),
        (TinyRun.folder, "none.idx", "out.npy", ["none.idx: does not exist"]),
        (TinyRun.folder, "runs/strokes-center-1/features", "out.npy", ["features: it holds no folder of a class"]),
        (TinyRun.folder, "labels.idx", "out.npy", ["labels.idx: shape: is [32]", "name a file of images"]),
        (TinyRun.folder, "small.idx", "out.npy", ["small.idx: image size: is 8 x 8 x 1", "28 x 28 x 1"]),
        (TinyRun.folder, "numbers.idx", "out.npy", ["numbers.idx: shape: "]),
        (TinyRun.folder, "cut.idx.gz", "out.npy", ["cut.idx.gz: ", "; "]),
        (TinyRun.folder, "text.idx", "out.npy", ["text.idx: magic: "]),
        (TinyRun.folder, "zero.idx", "out.npy", ["zero.idx: count: the set is empty"]),
        (TinyRun.folder, "images.idx", "none/out.npy", ["none/out.npy: the folder ", "does not exist"]),
        (TinyRun.folder, "images.idx", "images.idx/out.csv", ["images.idx/out.csv: the folder ", "does not exist"]),
        (TinyRun.folder, "images.idx", "folder.npy", ["folder.npy: there is a folder of that name"]),
    ])
    func isRefused(model: String, images: String, output: String, parts: [String]) throws {
        try withImages { program in
            try prepare(program)
            let before = try program.contents()
            let result = try program.run("embed", model, images, "-o", output, "--threads", "1")
            expectOneLine(result, parts)
            #expect(result.stdout.isEmpty)
            #expect(try program.contents() == before)
        }
    }

    private func prepare(_ program: Program) throws {
        let model = try program.data("\(TinyRun.folder)/model.safetensors")
        try program.write(model.dropLast(4), to: "cut.safetensors")
        try program.write(Data(), to: "empty.safetensors")
        try program.write(program.data("\(TinyRun.folder)/features/epoch-001.safetensors"), to: "features.safetensors")
        try program.write(program.data("\(TinyRun.folder)/checkpoints/last.safetensors"), to: "last.safetensors")
        func changed(_ old: String, _ new: String) throws -> Data {
            let range = try #require(model.range(of: Data(old.utf8)))
            return model.replacing(range, with: Data(new.utf8))
        }
        try program.write(changed("bundle-1", "bundle-9"), to: "format.safetensors")
        try program.write(changed("conv1_1.weight", "conv9_1.weight"), to: "layer.safetensors")
        try IDXFile(shape: [32], elements: .bytes([UInt8](repeating: 1, count: 32)))
            .write(to: program.path("labels.idx"), compressed: false)
        try IDXFile(shape: [2, 8, 8], elements: .bytes([UInt8](repeating: 1, count: 128)))
            .write(to: program.path("small.idx"), compressed: false)
        try IDXFile(shape: [1, 28, 28], elements: .int32([Int32](repeating: 1, count: 784)))
            .write(to: program.path("numbers.idx"), compressed: false)
        try IDXFile(shape: [0, 28, 28], elements: .bytes([])).write(to: program.path("zero.idx"), compressed: false)
        try program.write(program.data("images.idx.gz").dropLast(100), to: "cut.idx.gz")
        try program.write("not an image", to: "text.idx")
        try FileManager.default.createDirectory(atPath: program.path("folder.npy"), withIntermediateDirectories: true)
    }

    @Test func aFullDiskLeavesWhatWasThere() throws {
        try withImages { program in
            try program.write("before", to: "out.npy")
            let before = try program.contents()
            let result = try program.runInShell(
                #"(ulimit -f 0; "$@" 2>&1) | cat"#, ["embed", TinyRun.folder, "images.idx", "-o", "out.npy"])
            #expect(result.stdout.hasPrefix("error: out.npy: no room left"), "\(result.stdout)")
            #expect(try program.contents() == before)
        }
    }
}

extension Data {
    fileprivate func replacing(_ range: Range<Index>, with data: Data) -> Data {
        var copy = self
        copy.replaceSubrange(range, with: data)
        return copy
    }
}
