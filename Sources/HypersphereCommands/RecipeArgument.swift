import Configuration
import Files
import Foundation
import Recipes
import Terminal
import Training

/// The word on a command line that says which recipe.
enum RecipeArgument {
    /// What a recipe is for.
    enum Purpose {
        case training, comparison

        var builtIn: [String: String] {
            switch self {
            case .training: BuiltInRecipes.all
            case .comparison: BuiltInRecipes.comparisons
            }
        }

        var noun: String { self == .training ? "recipe" : "comparison" }
    }

    /// Where data sets lie when nothing is said.
    static let defaultData = "data"

    /// The text of a recipe file, or of the built-in recipe of that name, and where it is from.
    static func text(_ recipe: String, of purpose: Purpose = .training) throws -> (text: String, source: String) {
        if recipe.contains("/") || recipe.hasSuffix(".yaml") || recipe.hasSuffix(".yml") {
            if RunFolder(path: recipe).exists {
                throw UserFacingError(
                    recipe, field: "recipe", problem: "is the folder of a run",
                    remedy: "go on with it by --resume, or begin anew by \(RunFolder(path: recipe).recipe)")
            }
            return (try InputFile.text(recipe), recipe)
        }
        let other = purpose == .training ? Purpose.comparison : .training
        if other.builtIn[recipe] != nil {
            throw UserFacingError(
                recipe, field: "recipe", problem: "is a built-in \(other.noun)",
                remedy: "run hypersphere \(other == .training ? "train" : "compare") \(recipe)")
        }
        guard let text = purpose.builtIn[recipe] else {
            let names = purpose.builtIn.keys.sorted()
            let near = nearest(to: recipe, among: names).map { "did you mean \($0)? There" } ?? "there"
            throw UserFacingError(
                recipe, field: "recipe", problem: "there is no built-in \(purpose.noun) of this name",
                remedy: "\(near) are \(names.joined(separator: ", ")); a file is named with its path or .yaml")
        }
        return (text, recipe)
    }

    /// The images that `recipe` names, with the progress of fetching them shown on a terminal.
    static func load(_ recipe: Recipe, from path: String?, download: Bool, quiet: Bool) throws -> TrainingData {
        let path = path ?? defaultData
        if recipe.data.images != nil && !FileManager.default.fileExists(atPath: path) {
            throw UserFacingError(
                path, problem: "does not exist", remedy: "name the folder or list of the images with --data")
        }
        let isShown = !quiet && TerminalOutput.standardError.isTerminal
        return try recipe.loadData(from: path, download: download) { file, received, total in
            guard isShown else { return }
            let share = total.map { " of \(formatCount($0))" } ?? ""
            TerminalOutput.standardError.write("\r\(file): \(formatCount(received))\(share) bytes\u{1B}[K")
            if received == total { TerminalOutput.standardError.write("\n") }
        }
    }
}
