import Datasets
import Foundation
import Testing

/// What `train` says to input that cannot be: one line with the place, the problem and the remedy; and it writes nothing.
struct TrainInputTests {
    /// Arguments after `train`, and what the line has, in order.
    struct Case: CustomTestStringConvertible, Sendable {
        let words: [String]
        let parts: [String]

        init(_ words: String..., says parts: [String]) {
            self.words = words
            self.parts = parts
        }

        var testDescription: String { words.joined(separator: " ") }
    }

    @Test(arguments: [
        Case("strokes-centre", says: ["strokes-centre: recipe: ", "did you mean strokes-center?"]),
        Case("strokes-center", "epoch=3", says: ["epoch=3: epoch: ", "did you mean epochs?"]),
        Case("strokes-center", "epochs", says: ["epochs: ", "no =", "key=value"]),
        Case("strokes-center", "=3", says: ["=3: ", "no key"]),
        Case("strokes-center", "epochs=", says: ["epochs=: ", "no value"]),
        Case("strokes-center", "epochs=three", says: ["epochs=three: epochs: ", "a whole number"]),
        Case("strokes-center", "epochs=1.5", says: ["epochs=1.5: epochs: ", "a whole number"]),
        Case("strokes-center", "threads=0", says: ["threads=0: threads: ", "1 to 1024"]),
        Case("strokes-center", "data=[1]", says: ["data=[1]: data"]),
        Case("strokes-center", "head.bias=maybe", says: ["head.bias=maybe: head.bias: ", "true or false"]),
        Case(
            "strokes-center", "losses[0].update=papr",
            says: ["losses[0].update: ", "did you mean paper?", "movingAverage"]),
        Case("strokes-center", "optimizers[2].momentum=0", says: ["there is no optimizers[2]", "0 to 1"]),
        Case("strokes-center", "optimizers[1].of=[]", says: ["optimizers: ", "[1]", "empty"]),
        Case(
            "strokes-center", "data.augmentation={crop: 28, fill: reflection}",
            says: ["data.augmentation.crop: is 28, and images of 28 x 28 cannot be reflected", "below 28"]),
        Case(
            "strokes-center", "optimizers[0].schedule={name: multistep, milestones: [-5, 2]}",
            says: ["milestones: is [-5, 2], expected numbers of 0 or above"]),
        Case(
            "strokes-center", "optimizers[0].schedule={name: cosine, minimum: 1e4}",
            says: ["schedule: falls to a minimum of 10000.0, above the learningRate"]),
        Case("strokes-center", "epochs=9223372036854775807", says: ["epochs: ", "1 to 1000000"]),
        Case("mnist-center", "data.train=10", says: ["data.train=10: data.train: is not a setting"]),
        Case("none.yaml", says: ["none.yaml: does not exist"]),
        Case("none/at/all", says: ["none/at/all: does not exist"]),
        Case("folder.yaml", says: ["folder.yaml: is a folder"]),
        Case("latin.yaml", says: ["latin.yaml: is not UTF-8"]),
        Case("empty.yaml", says: ["empty.yaml: is empty"]),
        Case("list.yaml", says: ["list.yaml: is a list"]),
        Case("broken.yaml", says: ["broken.yaml:2:", "is not valid YAML"]),
        Case("short.yaml", says: ["short.yaml", "data"]),
        Case("mnist-center", says: ["data: mnist: it lacks train-images-idx3-ubyte.gz", "--download"]),
        Case("mnist-center", "--data", "nowhere", says: ["nowhere: mnist: it lacks"]),
        Case("mnist-center", "--data", "short", says: ["short/train-images-idx3-ubyte: ", "fetch or copy"]),
        Case("mnist-center", "--data", "cut", says: ["cut/train-images-idx3-ubyte.gz: ", "; "]),
        Case("strokes-center", "--output", "full", says: ["full: output folder: is not empty", "--resume"]),
        Case("strokes-center", "--output", "list.yaml", says: ["list.yaml: output folder: "]),
        Case("strokes-center", "--output", "list.yaml/run", says: ["list.yaml/run: output folder: "]),
        Case("strokes-center", "--output", "/proc/none/run", says: ["/proc/none/run: output folder: "]),
        Case("strokes-center", "--device", "gpu", says: ["gpu: device: is not a device", "cuda:N"]),
        Case("strokes-center", "--device", "cpu:1", says: ["cpu:1: device: "]),
        Case("strokes-center", "--device", "cuda:99", says: ["cuda:99: device: there are ", " of its kind here"]),
    ])
    func isRefused(input: Case) throws {
        try Program.inScratchFolder { program in
            try prepare(program)
            let before = try program.contents()
            let result = try program.run(
                ["train"] + input.words
                    + (input.words.contains("--output") ? Array(TinyRun.words.dropFirst()) : []))
            expectOneLine(result, input.parts)
            #expect(result.stdout.isEmpty, "\(result.stdout)")
            #expect(try program.contents() == before)
        }
    }

    private func prepare(_ program: Program) throws {
        try program.write(Data([0x6E, 0x3A, 0x20, 0xE9]), to: "latin.yaml")
        try program.write("", to: "empty.yaml")
        try program.write("- a\n", to: "list.yaml")
        try program.write("a: [b\n", to: "broken.yaml")
        try program.write("name: short\nepochs: 1\n", to: "short.yaml")
        for folder in ["folder.yaml", "full", "short", "cut"] {
            try FileManager.default.createDirectory(atPath: program.path(folder), withIntermediateDirectories: true)
        }
        try program.write("mine", to: "full/thesis.txt")
        let pixels = (0..<20 * 784).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 3) }
        for part in ["train", "t10k"] {
            let images = IDXFile(shape: [20, 28, 28], elements: .bytes(pixels))
            let labels = IDXFile(shape: [20], elements: .bytes((0..<20).map { $0 % 10 }))
            try images.write(to: program.path("short/\(part)-images-idx3-ubyte"), compressed: false)
            try labels.write(to: program.path("short/\(part)-labels-idx1-ubyte"), compressed: false)
            try images.write(to: program.path("cut/\(part)-images-idx3-ubyte.gz"), compressed: true)
            try labels.write(to: program.path("cut/\(part)-labels-idx1-ubyte.gz"), compressed: true)
        }
        for name in ["short/train-images-idx3-ubyte", "cut/train-images-idx3-ubyte.gz"] {
            try program.write(program.data(name).dropLast(200), to: name)
        }
    }

    /// Training diverges at once; the line says where and what helps, and the checkpoint of before stays whole.
    @Test func numbersThatAreNone() throws {
        try TinyRun.withCopy { program in
            let checkpoint = "\(TinyRun.folder)/checkpoints/last.safetensors"
            let before = try program.data(checkpoint)
            let words = ["gradientLimit=null", "optimizers[0].learningRate=1e30"]
            let result = try program.run(["train", TinyRun.folder, "--resume", "epochs=3"] + words)
            #expect(result.status == 1 && result.errorLines.count == 1, "\(result.stderr)")
            let line =
                /error: strokes-center: epoch 3, batch [1-6]: .*(backbone|head|center)\.[a-z0-9_.]+ has a number .*\n/
            #expect(result.stderr.wholeMatch(of: line) != nil, "\(result.stderr)")
            #expect(result.stderr.contains("; lower learningRate, set gradientLimit"))
            #expect(try program.data(checkpoint) == before)
            let well = try program.run(
                "train", TinyRun.folder, "--resume", "epochs=3", "gradientLimit=5", "optimizers[0].learningRate=0.001")
            #expect(well.status == 0, "\(well.stderr)")
            #expect(try program.metrics().count == 3)
        }
    }

    /// The one step of the epoch is taken on a finite loss; what follows it is not finite.
    @Test func numbersThatAreNoneAfterTheLastStep() throws {
        try Program.inScratchFolder { program in
            let words = ["data.batch=96", "gradientLimit=null", "optimizers[0].learningRate=1e30"]
            let result = try program.run(["train"] + TinyRun.words + words)
            #expect(result.status == 1 && result.errorLines.count == 1, "\(result.stderr)")
            #expect(result.stderr.hasPrefix("error: strokes-center: epoch 1, measuring: "), "\(result.stderr)")
            #expect(!program.exists("\(TinyRun.folder)/metrics.jsonl"))
            #expect(!program.exists("\(TinyRun.folder)/checkpoints/last.safetensors"))
        }
    }

    /// A file may grow to so many blocks of 512 bytes and no further, as on a full disk: from the smallest file that a run
    /// writes to its checkpoint.
    @Test(arguments: [0, 40, 2000])
    func aFullDisk(blocks: Int) throws {
        try TinyRun.withCopy { program in
            let before = try program.contents()
            let words = ["train", TinyRun.folder, "--resume", "epochs=3"]
            let result = try program.runInShell(#"(ulimit -f \#(blocks); "$@" 2>&1 >/dev/null) | cat"#, words)
            #expect(result.lines.count == 2 && result.lines[0].contains("\(TinyRun.folder)/"), "\(result.stdout)")
            #expect(result.stdout.contains("no room left to write it; free some space"), "\(result.stdout)")
            let after = try program.contents()
            for (name, data) in before where !name.hasSuffix("recipe.yaml") { #expect(after[name] == data, "\(name)") }
            #expect(!after.keys.contains { $0.hasSuffix(".partial") })
            if blocks > 40 {
                let well = try program.run(words)
                #expect(well.status == 0, "\(well.stderr)")
                #expect(try program.metrics().count == 3)
            }
        }
    }
}
