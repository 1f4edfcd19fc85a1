import ArgumentParser
import Configuration
import Files
import Foundation
import Recipes
import Terminal
import Torch
import Training

/// `hypersphere train`.
struct TrainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train",
        abstract: "Train a model by a recipe.",
        usage: "hypersphere train RECIPE [key=value ...] [options]",
        discussion: """
            Examples:
              hypersphere train strokes-center
              hypersphere train mnist-center-fast --data data epochs=5 precision=fp32
              hypersphere train runs/mnist-center-fast-1 --resume
              hypersphere train cifar10-arcface --data data --processes 2

            Built-in recipes: \(BuiltInRecipes.all.keys.sorted().joined(separator: ", ")).
            """)

    @Argument(help: "A recipe file, the name of a built-in recipe, or, to resume, the folder of a run.")
    var recipe: String

    @Argument(help: "Settings of the recipe to change: epochs=5, optimizers[0].learningRate=0.01.")
    var overrides: [String] = []

    @Option(
        help: """
            Where data sets lie, or the folder or list of your own images; \(RecipeArgument.defaultData) when left out, or \
            where a run that goes on had them.
            """)
    var data: String?

    @Flag(help: "Fetch what is missing of the data set.")
    var download = false

    @Option(help: "The folder to write; runs/NAME-N when left out.")
    var output: String?

    @Flag(help: "Go on with the latest run of the recipe, or with the run whose folder is given.")
    var resume = false

    @Option(help: "Weights that the backbone begins with: .safetensors, .pth, .pt or .bin.")
    var weights: String?

    @Option(help: "Whether all of --weights must fit (yes), or what fits is taken (no).")
    var strict: YesOrNo?

    @Option(
        help: """
            Processes on this machine that share each batch. On several machines, start the program with torchrun \
            --no-python, srun or mpirun instead.
            """)
    var processes: Int?

    @Option(help: "Seconds to wait for another process before it counts as lost.")
    var timeout = 300

    @Flag(help: "Resolve the recipe, read the data, take one step, and write nothing.")
    var dryRun = false

    @OptionGroup var options: DeviceOptions

    @Flag(help: "Print each epoch as a line of JSON.")
    var json = false

    @Flag(help: "Print the result alone.")
    var quiet = false

    /// The answer to a question.
    enum YesOrNo: String, ExpressibleByArgument {
        case yes, no
    }

    private static let parent = "runs"

    func validate() throws {
        if let processes, processes < 1 {
            throw ValidationError("--processes expects a number above 0, got \(processes)")
        }
        if timeout <= 0 { throw ValidationError("--timeout expects a number of seconds above 0, got \(timeout)") }
        if strict != nil && weights == nil { throw ValidationError("--strict is about --weights, which is missing") }
        if weights != nil && resume {
            throw ValidationError("--weights is for a new run; one that goes on has its weights")
        }
    }

    func run() throws {
        let place = try ProcessPlace()
        if let processes, processes > 1, place == nil {
            // What is wrong with the recipe is said once, before there are many.
            _ = try resolve()
            return try ProcessLauncher(count: processes).run()
        }
        guard let place else { return try train(with: nil) }
        let crew = try Crew(place, timeout: Double(timeout), silent: ProcessLauncher.hasStarted)
        do {
            try train(with: crew)
        } catch is Interrupted {
            throw Interrupted()
        } catch {
            throw crew.report(error) ? error : ExitCode.failure
        }
    }

    private func train(with crew: Crew?) throws {
        let (recipe, resumed) = try resolve()
        let share = crew.map { max(1, ProcessInfo.processInfo.activeProcessorCount / $0.place.localSize) }
        let (device, reason) = try options.choose(threads: share ?? recipe.threads, localRank: crew?.place.localRank)
        func load() throws -> TrainingData {
            try RecipeArgument.load(
                recipe, from: self.data ?? resumed?.dataPath, download: download,
                quiet: quiet || crew?.place.localRank ?? 0 > 0)
        }
        let data = try download ? crew?.firstOnEachMachine("download", load) ?? load() : load()
        try crew?.agree(on: "version", Environment.version)
        try crew?.agree(on: "recipe", recipe.yaml())
        try crew?.agree(on: "data", "\(data.train.fingerprint)\n\(data.test.fingerprint)")
        if dryRun { return try tryOut(recipe, data: data, device: device, crew: crew) }
        let folder = resumed ?? output.map { RunFolder(path: $0) } ?? .next(in: Self.parent, name: recipe.name)
        let run =
            try resumed.map { try TrainingRun(resuming: $0, recipe: recipe, data: data, device: device, crew: crew) }
            ?? TrainingRun(
                recipe, data: data, device: device, folder: folder, isNumbered: output == nil,
                command: CommandLine.arguments, crew: crew)
        let isQuiet = quiet || crew?.isQuiet ?? false
        let display = TrainingDisplay(
            run: run, data: data, reason: reason, json: json && run.trainer.isLeader, quiet: isQuiet)
        defer { display.close() }
        display.begin()
        let interruption = Interruption()
        let ending = try run.run(shouldStop: { interruption.isRequested }, display.show)
        if run.trainer.isLeader { display.end(ending, resumeCommand: resumeCommand(run.folder)) }
        crew?.leave()
        if case .stopped = ending { throw Interrupted() }
    }

    /// The recipe, and the run to go on with if there is one.
    private func resolve() throws -> (Recipe, RunFolder?) {
        let named = RunFolder(path: recipe)
        if resume && named.exists {
            if let output {
                throw UserFacingError(
                    output, field: "--output", problem: "the folder to go on with is \(recipe) already",
                    remedy: "leave --output out")
            }
            return (try Recipe(yaml: InputFile.text(named.recipe), source: named.recipe, overrides: overrides), named)
        }
        let (text, source) = try RecipeArgument.text(recipe)
        let fresh = try Recipe(yaml: text, source: source, overrides: overrides + weightsOverrides())
        guard resume else { return (fresh, nil) }
        guard let folder = output.map({ RunFolder(path: $0) }) ?? .latest(in: Self.parent, name: fresh.name),
            folder.exists
        else {
            throw UserFacingError(
                output ?? "\(Self.parent)/\(fresh.name)", problem: "there is no run to resume",
                remedy: "name the run's folder, or leave --resume out")
        }
        return (try Recipe(yaml: InputFile.text(folder.recipe), source: folder.recipe, overrides: overrides), folder)
    }

    /// What the options about weights mean in the recipe.
    private func weightsOverrides() throws -> [String] {
        guard let weights else { return [] }
        // JSON's strings are YAML's too, whatever they hold.
        let quoted = String(decoding: try JSONEncoder().encode([weights]).dropFirst().dropLast(), as: UTF8.self)
        return ["weights.file=\(quoted)"] + (strict.map { ["weights.strict=\($0 == .yes)"] } ?? [])
    }

    /// The words that go on with the run as it was begun.
    private func resumeCommand(_ folder: RunFolder) -> [String] {
        var words = ["hypersphere", "train", folder.path, "--resume"]
        if let data { words += ["--data", data] }
        if options.device != DeviceOptions.automatic { words += ["--device", options.device] }
        if let processes { words += ["--processes", "\(processes)"] }
        return words
    }

    private func tryOut(_ recipe: Recipe, data: TrainingData, device: Device, crew: Crew?) throws {
        let trainer = try Trainer(recipe, data: data, device: device, crew: crew)
        try trainer.loadWeights()
        let loss = try trainer.tryOneStep()
        crew?.leave()
        guard trainer.isLeader else { return }
        Console.print(try trainer.recipe.yaml())
        Console.print(
            "# one step on \(device) in \(trainer.precision): loss \(loss); nothing was written")
    }
}
