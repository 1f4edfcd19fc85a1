import Files
import Foundation
import Projection
import Randomness
import Torch

/// t-SNE of 10,000 embeddings beside openTSNE, with the trustworthiness of both.
struct ProjectionBench {
    private let count = 10_000
    private let width = 512
    private let classes = 20
    private let threads = 2
    private let rounds = 3

    func run() throws {
        print("t-SNE of \(count) x \(width), perplexity 30, \(threads) threads; \(Machine.processorName);")
        print("the forms in turn, medians; x: speed over the first, the median of ratios by round\n")
        let folder = FileManager.default.temporaryDirectory.path
        let process = ProcessInfo.processInfo.processIdentifier
        let input = "\(folder)/hypersphere-bench-\(process).safetensors"
        let embeddings = try writeEmbeddings(to: input)
        let forms = [
            (name: "openTSNE", command: Contender.peer("projection.py")),
            (name: "StochasticNeighbourEmbedding", command: Contender.ourselves("projection")),
        ]
        let outputs = forms.indices.map { "\(folder)/hypersphere-bench-\(process)-\($0).safetensors" }
        defer { for path in [input] + outputs { try? FileManager.default.removeItem(atPath: path) } }
        let contenders = try zip(forms, outputs).map { form, output in
            try Contender(
                form.name,
                form.command + [
                    "--embeddings", input, "--points", output, "--threads", "\(threads)", "--warmup", "0",
                ])
        }
        defer { for contender in contenders { contender.quit() } }
        var times: [[Double]] = contenders.map { _ in [] }
        for _ in 0..<rounds {
            for (index, contender) in contenders.enumerated() { times[index].append(try contender.run(1)) }
        }
        var table = Table(["t-SNE", "s", "x the 1st", "trustworthiness", "continuity", "extra MiB"])
        for (index, contender) in contenders.enumerated() {
            let points = try SafetensorsFile(path: outputs[index]).tensor("points")
            let found = try NeighbourhoodPreservation(of: points, embeddings: embeddings)
            table.append([
                contender.name, text(median(times[index]), digits: 2),
                text(medianOfRatios(times[0], times[index]), digits: 2), text(found.trustworthiness, digits: 4),
                text(found.continuity, digits: 4), text(try contender.extraMemory(), digits: 0),
            ])
        }
        print(table.markdown)
    }

    /// Embeddings as a trained model's: each of a class, within it on a curved sheet of 8 dimensions, with a little of all.
    private func writeEmbeddings(to path: String) throws -> Tensor {
        var generator = SeededGenerator(seed: 0)
        let sheet = 8
        let labels = Tensor((0..<count).map { Int64($0 % classes) })
        let means = Tensor.normal([classes, width], using: &generator)
        let bases = Tensor.normal([2 * sheet, width], deviation: 0.3, using: &generator)
        let places = Tensor.normal([count, sheet], using: &generator)
        let curved = Tensor.concatenated([places, (places * 2).sine()], along: 1)
        let rows =
            means.gathered(labels) + curved.matrixProduct(bases)
            + Tensor.normal([count, width], deviation: 0.1, using: &generator)
        try SafetensorsFile.write(["embeddings": rows], to: path)
        return rows
    }
}
