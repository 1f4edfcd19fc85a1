import Configuration
import Files
import Recipes

/// The word on a command line that says which recipe.
enum RecipeArgument {
    /// The text of a recipe file, or of the built-in recipe of that name, and where it is from.
    static func text(_ recipe: String) throws -> (text: String, source: String) {
        if recipe.contains("/") || recipe.hasSuffix(".yaml") || recipe.hasSuffix(".yml") {
            return (try InputFile.text(recipe), recipe)
        }
        guard let text = BuiltInRecipes.all[recipe] else {
            let names = BuiltInRecipes.all.keys.sorted()
            let near = nearest(to: recipe, among: names).map { "did you mean \($0)? " } ?? ""
            throw UserFacingError(
                recipe, field: "recipe", problem: "there is no built-in recipe of this name",
                remedy: "\(near)There are \(names.joined(separator: ", ")); a file is named with its path or .yaml")
        }
        return (text, recipe)
    }
}
