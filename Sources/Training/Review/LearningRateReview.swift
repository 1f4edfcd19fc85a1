import Foundation
import MetricLearning
import NeuralNetwork
import Torch

/// Learning rates so small that the vectors of a head or loss stay where they were drawn.
///
/// The estimate: were each gradient of a vector of length 1 and in one direction, the vector would move by the sum of the
/// schedule's learning rates, times `1 / (1 - momentum)` with SGD and `sqrt(D)` with AdamW, whose steps are a learning
/// rate for each number. Gradients are seldom as long, so what stays below a thousandth of the vector's first length even so
/// cannot learn.
enum LearningRateReview {
    private static let least = 1e-3

    static func findings(_ subject: ReviewedModel) -> [Finding] {
        subject.recipe.optimizers.enumerated().compactMap { index, optimizer in
            let parts = subject.model.parts.filter { optimizer.parts.contains($0.name) && $0.name != "backbone" }
            let lengths = parts.compactMap { part in vectorLength(of: part.module).map { (part.name, $0) } }
            guard let longest = lengths.max(by: { $0.1.length < $1.1.length }) else { return nil }
            let (name, vector) = longest
            let path = path(of: optimizer, subject, dimension: vector.dimension)
            guard path < least * vector.length else { return nil }
            return Finding(
                severity: .error, setting: "optimizers[\(index)].learningRate",
                problem:
                    "\(shown(optimizer.settings.learningRate)) over \(subject.recipe.epochs * subject.batches) steps moves a vector of \(name), \(shown(vector.length)) long, by no more than \(shown(path)) with gradients of length 1",
                remedy: "raise it to \(shown(optimizer.settings.learningRate * vector.length / path)) or more")
        }
    }

    /// How far a vector could come.
    private static func path(of optimizer: OptimizerRecipe, _ subject: ReviewedModel, dimension: Int) -> Double {
        let steps = subject.steps(of: optimizer.schedule)
        let schedule = optimizer.schedule.make(steps: steps)
        let sum = (0..<steps).reduce(0) {
            $0 + schedule.learningRate(at: $1, base: optimizer.settings.learningRate)
        }
        let total = optimizer.schedule.unit == .epoch ? sum * Double(subject.batches) : sum
        switch optimizer.settings {
        case let sgd as SGDSettings: return total / max(1e-3, 1 - sgd.momentum)
        default: return total * Double(dimension).squareRoot()
        }
    }

    /// The root mean square of the lengths of a part's vectors, and D.
    private static func vectorLength(of module: Module) -> (length: Double, dimension: Int)? {
        guard let vectors = module.parameters.map(\.tensor).first(where: { $0.rank == 2 }) else { return nil }
        let square: Double = withoutGradients { (vectors * vectors).sum().to(.float64).item() }
        return ((square / Double(vectors.size(0))).squareRoot(), vectors.size(1))
    }
}
