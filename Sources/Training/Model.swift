import Backbones
import Files
import MetricLearning
import NeuralNetwork
import Randomness
import Torch

/// A backbone with its head and the losses beside it: what one recipe trains.
final class Model {
    /// A loss with its place in the sum.
    struct WeightedLoss {
        let name: String
        let weight: Double
        let loss: any EmbeddingLoss
    }

    let backbone: any Backbone
    let head: any ClassifierHead
    let losses: [WeightedLoss]

    /// Makes the model that a recipe describes; each part draws from a stream of its own, so that changing one leaves the
    /// others' first values alone.
    init(_ recipe: Recipe, channels: Int, classes: Int) {
        func stream(_ part: UInt64) -> SeededGenerator {
            SeededGenerator(seed: recipe.seed, path: RandomStream.initialisation.rawValue, part)
        }
        var generator = stream(0)
        let backbone = recipe.backbone.settings.make(channels: channels, using: &generator)
        self.backbone = backbone
        generator = stream(1)
        let head = recipe.head.make(classes: classes, embedding: backbone.embedding, using: &generator)
        self.head = head
        losses = recipe.losses.enumerated().map { index, recipe in
            generator = stream(2 + UInt64(index))
            return WeightedLoss(
                name: recipe.name, weight: recipe.weight,
                loss: recipe.make(beside: head, embedding: backbone.embedding, using: &generator))
        }
    }

    /// All parts by the names that recipes give them.
    var parts: [(name: String, module: Module)] {
        [("backbone", backbone), ("head", head)] + losses.map { ($0.name, $0.loss) }
    }

    func train(_ value: Bool) {
        for (_, module) in parts { module.train(value) }
    }

    func to(_ device: Device, _ layout: MemoryFormat) {
        for (_, module) in parts { module.to(device).to(layout) }
    }

    /// The whole loss of embeddings `[N, D]`.
    func loss(_ embeddings: Tensor, _ labels: Tensor) -> Loss {
        losses.reduce(head.loss(embeddings, labels)) { $0 + $1.weight * $1.loss(embeddings, labels) }
    }

    /// All values by name: `backbone.conv1_1.weight`.
    var state: [String: Tensor] {
        parts.reduce(into: [:]) { $0.merge($1.module.state(prefix: "\($1.name).")) { first, _ in first } }
    }

    /// All values by name like ``state``, and whole ones where they are divided over processes, all of which must ask for them.
    var wholeState: [String: Tensor] {
        parts.reduce(into: [:]) { $0.merge($1.module.wholeState(prefix: "\($1.name).")) { first, _ in first } }
    }

    func load(_ state: [String: Tensor], from source: String) throws {
        let parts = parts
        if let extra = state.keys.filter({ key in !parts.contains { key.hasPrefix("\($0.name).") } }).min() {
            throw UserFacingError(
                source, field: extra, problem: "the model has no such part",
                remedy: "the file belongs to another model; use the recipe that it was made with")
        }
        for (name, module) in parts { try module.load(state, prefix: "\(name).", from: source) }
    }

    /// What has the first number that is infinite or none, if anything has: a value before a gradient.
    var firstNonFinite: String? {
        for (name, module) in parts {
            if let tensor = module.firstNonFinite { return "\(name).\(tensor)" }
        }
        for (name, module) in parts {
            if let tensor = module.firstNonFiniteGradient { return "the gradient of \(name).\(tensor)" }
        }
        return nil
    }
}

/// What random numbers are drawn for; each purpose has a stream of its own.
enum RandomStream: UInt64 {
    case initialisation = 1
    case step = 2
}
