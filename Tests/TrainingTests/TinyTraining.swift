import Datasets
import Files
import Foundation
import Testing
import Torch

@testable import Training

/// A training of seconds: drawn digits, a batch of 8, and a recipe that says little more than it must.
enum TinyTraining {
    /// 20 images make 3 batches of 8, 8 and 4.
    static let splits = Strokes(classes: .digits, seed: 0).splits(train: 20, test: 12)

    static let data = TrainingData(splits)

    static let text = """
        name: tiny
        data: { set: strokes, batch: 8 }
        backbone: { name: lenet++ }
        head: { name: softmax }
        losses: [{ name: center, weight: 0.1 }]
        optimizers:
          - { of: [backbone, head], name: sgd, learningRate: 0.01, momentum: 0.9 }
          - { of: [center], name: sgd, learningRate: 0.5 }
        epochs: 2
        precision: fp32
        """

    static func recipe(_ overrides: String...) throws -> Recipe {
        try Recipe(yaml: text, source: "tiny", overrides: overrides)
    }

    static func trainer(_ overrides: String...) throws -> Trainer {
        try Trainer(Recipe(yaml: text, source: "tiny", overrides: overrides), data: data, device: .cpu)
    }

    /// The values of everything that training changes.
    static func values(of trainer: Trainer) -> [String: [Float]] {
        trainer.model.state.mapValues { $0.to(.float32).array() }
    }
}

extension Trainer {
    /// Trains to the end and gives the metrics without times.
    @discardableResult
    func runToTheEnd() throws -> [EpochMetrics] {
        _ = try run { _ in }
        return history.map(\.withoutTimes)
    }

    /// Trains until so many batches are done from now on.
    func run(batches: Int) throws {
        var done = 0
        _ = try run(shouldStop: { done == batches }) { event in
            if case .batch = event { done += 1 }
        }
    }
}

/// A folder of its own, removed afterwards.
func withScratchFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("training-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    return try body(folder)
}

/// Expects `body` to be refused in one line that has all `parts`.
func expectRefusal(
    _ parts: String..., sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
) {
    let error = #expect(throws: UserFacingError.self, sourceLocation: sourceLocation) { try body() }
    guard let error else { return }
    #expect(!error.description.contains("\n") && !error.remedy.isEmpty, sourceLocation: sourceLocation)
    for part in parts {
        #expect(error.description.contains(part), "\(error)", sourceLocation: sourceLocation)
    }
}
