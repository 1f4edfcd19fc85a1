import MetricLearning
import NeuralNetwork
import Randomness
import Torch

/// A recipe with the model it begins with.
struct ReviewedModel {
    let recipe: Recipe
    let model: Model
    let size: DataSize

    init(_ recipe: Recipe, size: DataSize) {
        self.recipe = recipe
        self.size = size
        model = Model(recipe, channels: size.channels, classes: size.classes)
    }

    var classes: Int { size.classes }
    var count: Int { size.count }

    /// The curves of the head; nil where it has none.
    var curves: [MarginCurve]? { (model.head as? any MarginCurveHead)?.marginCurves }

    /// Batches of an epoch.
    var batches: Int { (count + recipe.data.batch - 1) / recipe.data.batch }

    /// Steps of a schedule in its own unit.
    func steps(of schedule: ScheduleRecipe) -> Int {
        schedule.unit == .epoch ? recipe.epochs : recipe.epochs * batches
    }

    /// The root mean square of the lengths of embeddings of noise, before any training.
    func freshLength() -> Double {
        let shape = [8, size.channels] + (recipe.backbone.settings.imageSize.map { [$0, $0] } ?? size.imageSize)
        var generator = SeededGenerator(seed: recipe.seed)
        return withoutGradients {
            let embeddings = model.backbone(.normal(shape, using: &generator)).to(.float64)
            return ((embeddings * embeddings).sum().item() / Double(embeddings.size(0))).squareRoot()
        }
    }
}
