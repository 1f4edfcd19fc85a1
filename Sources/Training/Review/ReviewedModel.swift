import Files
import MetricLearning
import NeuralNetwork
import Randomness
import Torch

/// A recipe with the model it begins with.
struct ReviewedModel {
    let recipe: Recipe
    let model: Model
    let size: DataSize
    /// The batches of the first epoch, as indices of images; nil where all images are shuffled, which needs no plan.
    let planned: [[Int]]?
    /// Why the sampler cannot be made.
    let samplerFailure: UserFacingError?

    init(_ recipe: Recipe, size: DataSize) {
        self.recipe = recipe
        self.size = size
        (planned, samplerFailure) = Self.plan(recipe, size)
        model = Model(recipe, channels: size.channels, classes: size.classes)
    }

    var classes: Int { size.classes }
    var count: Int { size.count }

    /// The curves of the head; nil where it has none.
    var curves: [MarginCurve]? { (model.head as? any MarginCurveHead)?.marginCurves }

    /// Batches of an epoch.
    var batches: Int { planned?.count ?? (count + recipe.data.batch - 1) / recipe.data.batch }

    private static func plan(_ recipe: Recipe, _ size: DataSize) -> ([[Int]]?, UserFacingError?) {
        let settings = recipe.data.sampler.settings
        // Without the data nobody knows the names that groups are made of.
        let isUnknown = settings is HierarchicalSamplerSettings && size.classNames == nil
        guard !(settings is ShuffledSettings), !isUnknown else { return (nil, nil) }
        do {
            let sampler = try settings.make(
                labels: size.labels, classNames: size.classNames ?? (0..<size.classes).map(String.init),
                batch: recipe.data.batch)
            return (sampler.batches(seed: recipe.seed, epoch: 1), nil)
        } catch let error as UserFacingError {
            return (nil, error)
        } catch {
            return (nil, UserFacingError(recipe.name, field: "data.sampler", problem: "\(error)", remedy: "change it"))
        }
    }

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
