import MetricLearning
import NeuralNetwork
import Randomness
import Torch

/// A recipe with the model it begins with.
struct ReviewedModel {
    let recipe: Recipe
    let model: Model
    let classes: Int
    let count: Int

    /// Images are grey in all sets that recipes can name.
    private static let channels = 1

    init(_ recipe: Recipe, classes: Int, count: Int) {
        self.recipe = recipe
        self.classes = classes
        self.count = count
        model = Model(recipe, channels: Self.channels, classes: classes)
    }

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
        let size = recipe.backbone.settings.imageSize ?? 28
        var generator = SeededGenerator(seed: recipe.seed)
        return withoutGradients {
            let embeddings = model.backbone(.normal([8, Self.channels, size, size], using: &generator)).to(.float64)
            return ((embeddings * embeddings).sum().item() / Double(embeddings.size(0))).squareRoot()
        }
    }
}
