import Files
import Foundation
import Torch

/// Measures this package beside its peers, the forms in turn within one run, and prints medians of ratios.
///
///     bench                      all benches
///     bench NAME                 one of them, such as training
///     bench serve training ...   our form of the work, as a process that answers like the peers' scripts
@main
enum Main {
    private static let benches: [(name: String, run: @Sendable () throws -> Void)] = [
        ("training", { try TrainingBench.lenet.run() }), ("resnet", { try TrainingBench.resnet.run() }),
        ("embedding", { try EmbeddingBench().run() }), ("growth", { try GrowthBench().run() }),
        ("losses", { try LossesBench().run() }), ("classes", { try ClassesBench().run() }),
        ("processes", { try ProcessesBench().run() }), ("images", { try ImagesBench().run() }),
        ("retrieval", { try RetrievalBench().run() }), ("verification", { try VerificationBench().run() }),
        ("projection", { try ProjectionBench().run() }),
    ]

    static func main() {
        let words = Array(CommandLine.arguments.dropFirst())
        do {
            if words.first == "serve" {
                try serve(Arguments(words: words))
            } else {
                try run(words)
            }
        } catch {
            FileHandle.standardError.write(Data("error: \(error)\n".utf8))
            exit(1)
        }
    }

    private static func run(_ words: [String]) throws {
        for word in words where !benches.contains(where: { $0.name == word }) {
            throw UserFacingError(
                "bench", problem: "no bench is called \(word)",
                remedy: "choose from \(benches.map(\.name).joined(separator: ", "))")
        }
        for bench in benches where words.isEmpty || words.contains(bench.name) { try bench.run() }
    }

    private static func serve(_ arguments: Arguments) throws {
        Engine.keepMemory()
        Engine.threadCount = arguments.number("--threads", default: 2)
        let warmup = arguments.number("--warmup", default: 5)
        switch arguments.words.dropFirst().first {
        case "training":
            try Server(TrainingSession(arguments), warmup: warmup).serve()
        case "resnet":
            try Server(ResNetSession(arguments), warmup: warmup).serve()
        case "embedding":
            try Server(EmbeddingSession(arguments), warmup: warmup).serve()
        case "losses":
            // What the libraries need for themselves at their first call is not the loss's.
            _ = try LossesSession(arguments, classes: 10).step()
            let session = try LossesSession(arguments, classes: arguments.number("--classes", default: 10))
            try Server(session, warmup: warmup).serve()
        case "classes":
            try Server(ClassesSession(arguments), warmup: warmup).serve()
        case "images":
            try Server(ImagesSession(arguments), warmup: warmup).serve()
        case "retrieval":
            try Server(RetrievalSession(arguments), warmup: warmup).serve()
        case "verification":
            try Server(VerificationSession(arguments), warmup: warmup).serve()
        case "projection":
            try Server(ProjectionSession(arguments), warmup: warmup).serve()
        case let name:
            throw UserFacingError(
                "bench serve", problem: "no bench is called \(name ?? "")",
                remedy: "write one of \(benches.map(\.name).joined(separator: ", "))")
        }
    }
}
