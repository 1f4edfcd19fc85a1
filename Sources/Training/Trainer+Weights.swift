public import NeuralNetwork
import Weights

extension Trainer {
    /// Puts the weights that the recipe names into the backbone, before the first step.
    ///
    /// Of a file with parts such as this program's bundles, those of `backbone` are taken.
    ///
    /// - Returns: what was taken and what was not; nil when the recipe names none.
    /// - Throws: `UserFacingError` that names what is damaged or does not fit.
    @discardableResult
    public func loadWeights() throws -> StateReport? {
        guard let weights = recipe.weights else { return nil }
        let file = try WeightsFile(path: weights.file, part: weights.part)
        let own = file.names.contains { $0.hasPrefix("backbone.") } ? "backbone." : nil
        return try model.backbone.load(file, strict: weights.strict, prefix: weights.prefix ?? own)
    }
}
