import ArgumentParser
import Files
import Foundation
import Recipes
import Terminal
import Torch
import Training

/// `hypersphere compare`.
struct CompareCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Train several methods from several seeds on one budget, and compare them.",
        usage: "hypersphere compare RECIPE [key=value ...] [options]",
        discussion: """
            All methods see the same images in the same order. A comparison that was
            stopped goes on when the same command is given again; more seeds or methods
            may be added.

            Examples:
              hypersphere compare mnist-compare --data data --download
              hypersphere compare mnist-compare --data data epochs=1 'seeds=[0]'

            Built-in comparisons: \(BuiltInRecipes.comparisons.keys.sorted().joined(separator: ", ")).
            """)

    @Argument(help: "A comparison's file, or the name of a built-in one.")
    var recipe: String

    @Argument(help: "Settings to change: epochs=2, seeds=[0, 1].")
    var overrides: [String] = []

    @Option(help: "Where data sets lie, or the folder or list of your own images.")
    var data = "data"

    @Flag(help: "Fetch what is missing of the data set.")
    var download = false

    @Option(help: "The folder to write; runs/NAME when left out.")
    var output: String?

    @OptionGroup var options: DeviceOptions

    @Flag(help: "Print the table as JSON.")
    var json = false

    @Flag(help: "Print the table alone.")
    var quiet = false

    func run() throws {
        let (text, source) = try RecipeArgument.text(recipe, of: .comparison)
        let recipe = try ComparisonRecipe(yaml: text, source: source, overrides: overrides)
        let (device, _) = try options.choose(threads: recipe.threads)
        let data = try RecipeArgument.load(
            recipe.recipe(of: recipe.methods[0], seed: recipe.seeds[0]), from: data, download: download, quiet: quiet)
        let comparison = try MethodComparison(
            recipe, data: data, device: device, folder: output ?? "runs/\(recipe.name)", command: CommandLine.arguments)
        let display = ComparisonDisplay(comparison, quiet: quiet || json)
        defer { display.close() }
        display.begin()
        let interruption = Interruption()
        let ending = try comparison.run(shouldStop: { interruption.isRequested }, display.show)
        display.close()
        if case .stopped = ending {
            Console.note("stopped; go on with: \(Console.command(["hypersphere"] + CommandLine.arguments.dropFirst()))")
            throw Interrupted()
        }
        let table = try comparison.writeTable()
        if json { try Console.print(json: table) } else { display.show(table) }
        try comparison.writeReport(table) { map in
            if interruption.isRequested { throw Interrupted() }
            display.show(map: map)
        }
        display.end()
    }
}
