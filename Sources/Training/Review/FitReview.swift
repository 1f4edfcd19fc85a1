import Files
import Foundation

/// What the trainer would refuse before the first step: parts that do not fit each other or the data.
enum FitReview {
    static func findings(_ subject: ReviewedModel) -> [Finding] {
        let recipe = subject.recipe
        let checks: [() throws -> Void] = [
            { try recipe.checkBackbone(takes: subject.size.imageSize[0], subject.size.imageSize[1], of: recipe.name) },
            { try recipe.checkCrop(of: subject.size.imageSize[0], subject.size.imageSize[1]) },
            { if let failure = subject.samplerFailure { throw failure } },
            { _ = try recipe.data.normalization(channels: subject.size.channels) },
            { try recipe.weights.map { _ = try InputFile.map($0.file) } },
            { try subject.model.freeze(recipe, epoch: 1) },
        ]
        return checks.compactMap { check in
            do {
                try check()
                return nil
            } catch let error as UserFacingError {
                // A setting is of the recipe; a file is named.
                let isOfRecipe = [recipe.name, "recipe"].contains(error.subject)
                let setting = [isOfRecipe ? nil : error.subject, error.field].compactMap(\.self)
                return Finding(
                    severity: .error, setting: setting.joined(separator: ": "), problem: error.problem,
                    remedy: error.remedy)
            } catch {
                return Finding(severity: .error, setting: recipe.name, problem: "\(error)", remedy: "change the recipe")
            }
        }
    }
}
