import Files
import Foundation
import Randomness
import Torch

/// The 100 nearest of 100,000 embeddings beside faiss, and all measures of retrieval of 10,000 beside
/// pytorch-metric-learning.
struct RetrievalBench {
    private let width = 512
    private let threads = 2

    func run() throws {
        print("Exact search and measures of retrieval, D \(width), \(threads) threads; \(Machine.processorName);")
        print("the forms in turn, medians; x: speed over the first, the median of ratios by round\n")
        let queries = 5000
        try measure(
            "100 nearest of 100,000, \(queries) queries", count: 100_000, classes: 1000, rounds: 5,
            arguments: ["--queries", "\(queries)"],
            forms: [("faiss, IndexFlatIP", "faiss", isOurs: false), ("Neighbours", "neighbours", isOurs: true)])
        try measure(
            "measures of 10,000", count: 10_000, classes: 100, rounds: 3, arguments: [],
            forms: [
                ("AccuracyCalculator, P@1, R-precision, MAP@R", "library", isOurs: false),
                ("AccuracyCalculator, and MRR and MAP", "library-all", isOurs: false),
                ("RetrievalReport, all of them", "measures", isOurs: true),
            ])
    }

    private func measure(
        _ title: String, count: Int, classes: Int, rounds: Int, arguments: [String],
        forms: [(name: String, form: String, isOurs: Bool)]
    ) throws {
        let folder = FileManager.default.temporaryDirectory.path
        let path = "\(folder)/hypersphere-bench-\(ProcessInfo.processInfo.processIdentifier).safetensors"
        try writeEmbeddings(count, classes: classes, to: path)
        defer { try? FileManager.default.removeItem(atPath: path) }
        let common = ["--embeddings", path, "--threads", "\(threads)", "--warmup", "1"] + arguments
        let contenders = try forms.map { name, form, isOurs in
            let command = isOurs ? Contender.ourselves("retrieval") : Contender.peer("retrieval.py")
            return try Contender(name, command + ["--form", form] + common)
        }
        defer { for contender in contenders { contender.quit() } }
        var times: [[Double]] = contenders.map { _ in [] }
        for _ in 0..<rounds {
            for (index, contender) in contenders.enumerated() { times[index].append(try contender.run(1)) }
        }
        var table = Table([title, "s", "x the 1st", "extra MiB"])
        for (index, contender) in contenders.enumerated() {
            table.append([
                contender.name, text(median(times[index]), digits: 2),
                text(medianOfRatios(times[0], times[index]), digits: 2), text(try contender.extraMemory(), digits: 0),
            ])
        }
        print(table.markdown)
    }

    /// Normal embeddings around class means, so that about as many neighbours are hits as a trained model's.
    private func writeEmbeddings(_ count: Int, classes: Int, to path: String) throws {
        var generator = SeededGenerator(seed: 0)
        let labels = Tensor((0..<count).map { Int64($0 % classes) })
        let means = Tensor.normal([classes, width], deviation: 0.3, using: &generator)
        let rows = means.gathered(labels) + Tensor.normal([count, width], using: &generator)
        try SafetensorsFile.write(
            ["embeddings": rows / rows.norm(along: 1, keeping: true), "labels": labels], to: path)
    }
}
