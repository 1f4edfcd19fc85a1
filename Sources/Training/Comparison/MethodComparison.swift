import Evaluation
import Files
import Foundation
import Images
public import Torch

/// Trains every method of a comparison from every seed, one after the other, and measures them alike.
///
/// Each training is a run with a folder of its own. What is done is kept, so a comparison that was stopped goes on where it was,
/// and one that is given more seeds or methods trains only those.
public final class MethodComparison {
    /// What is compared.
    public let recipe: ComparisonRecipe
    /// Where everything is written.
    public let folder: String
    /// Every training, in the order in which they are done: all methods from the first seed first.
    public let runs: [ComparisonRun]

    let data: TrainingData
    let device: Device
    private let command: [String]

    /// What happens.
    public enum Event {
        /// A training begins or goes on.
        case began(TrainingRun, ComparisonRun)
        /// Something happened in it.
        case training(Trainer.Event)
        /// A training is done and measured, now or before.
        case finished(ComparisonRun, ComparisonScores)
    }

    /// Plans the trainings, and makes the folder.
    ///
    /// - Parameters:
    ///   - recipe: what is compared.
    ///   - data: the images.
    ///   - device: where to compute.
    ///   - folder: the folder to write; one of an earlier comparison is gone on with.
    ///   - command: the words of the command, for the record.
    /// - Throws: `UserFacingError` when there are not more classes than are to be unknown, or the folder cannot be made.
    public init(_ recipe: ComparisonRecipe, data: TrainingData, device: Device, folder: String, command: [String])
        throws
    {
        guard data.test.classNames == data.classNames else {
            throw UserFacingError(
                data.test.name, field: "classes", problem: "are not those to learn from, so that no head can name them",
                remedy: "give both parts the same classes; `unknown` leaves some of them out")
        }
        self.recipe = recipe
        self.data = data
        self.device = device
        self.folder = folder
        self.command = command
        var runs = recipe.seeds.flatMap { seed in
            recipe.methods.map { ComparisonRun(method: $0, seed: seed, rotation: nil) }
        }
        if let unknown = recipe.unknown {
            let classes = data.classNames.count
            guard unknown.classes < classes, unknown.rotations <= classes else {
                throw UserFacingError(
                    recipe.name, field: "unknown",
                    problem: "\(data.train.name) has \(classes) classes",
                    remedy: "leave out fewer than all of them, in at most so many rotations")
            }
            for part in ClassRotation(classes: classes, unknown: unknown.classes).cases.prefix(unknown.rotations) {
                let rotation = ComparisonRun.Rotation(index: part.index, known: part.known, unknown: part.unknown)
                let seed = recipe.seeds[part.index % recipe.seeds.count]
                runs += recipe.methods.map { ComparisonRun(method: $0, seed: seed, rotation: rotation) }
            }
        }
        self.runs = runs
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        } catch {
            throw UserFacingError(
                folder, field: "output folder", problem: "cannot be made here",
                remedy: "choose an --output where you may write and where there is room")
        }
        try AtomicFile.write(try recipe.yaml(), to: "\(folder)/comparison.yaml")
    }

    /// The scores that are there already, in the order of ``runs``; nil for what is still to do.
    ///
    /// - Throws: `UserFacingError` when a file of them is damaged.
    public func scores() throws -> [ComparisonScores?] {
        try runs.map(score)
    }

    /// The scores of `run`; nil while it is not done.
    func score(of run: ComparisonRun) throws -> ComparisonScores? { try ComparisonScores.read(scoresPath(run)) }

    /// Averages what is done, and writes it to `comparison.json` and `comparison.csv`.
    ///
    /// - Throws: `UserFacingError` when scores are damaged or the folder cannot be written.
    public func writeTable() throws -> ComparisonTable {
        let done = zip(runs, try scores()).compactMap { run, scores in scores.map { (run: run, scores: $0) } }
        let table = ComparisonTable(recipe, done)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        try AtomicFile.write(encoder.encode(table), to: "\(folder)/comparison.json")
        try AtomicFile.write(table.csv, to: "\(folder)/comparison.csv")
        return table
    }

    /// Does what is not done yet.
    ///
    /// - Parameters:
    ///   - shouldStop: asked after every batch; what was done is kept.
    ///   - handle: told of all that happens; what it throws ends the work.
    /// - Throws: `UserFacingError` when a training comes to a number that is infinite or none, when the folder holds a run of
    ///   another recipe, or the disk is full.
    public func run(
        shouldStop: () -> Bool = { false }, _ handle: (Event) throws -> Void
    ) throws -> Trainer.Ending {
        // Those of the same images follow each other; looking at all their bytes takes a while.
        var (data, fingerprints, rotation) = (data, data.fingerprints, Int?.none)
        for run in runs {
            if let next = run.rotation, next.index != rotation {
                data = try self.data.keeping(classes: next.known)
                (fingerprints, rotation) = (data.fingerprints, next.index)
            }
            if let scores = try score(of: run) {
                try checkRecipe(run)
                try Environment.check(fingerprints, againstRunIn: runFolder(run))
                try handle(.finished(run, scores))
                continue
            }
            let begin = ContinuousClock.now
            let training = try begun(run, data)
            let earlier = training.trainer.history.reduce(0) { $0 + $1.seconds }
            try handle(.began(training, run))
            if case .stopped = try training.run(shouldStop: shouldStop, { try handle(.training($0)) }) {
                return .stopped
            }
            let scores = try measure(run, training, data, seconds: { earlier + begin.duration(to: .now).seconds })
            try scores.write(to: scoresPath(run))
            // Nothing is left to go on with, and those of many trainings would fill a disk.
            for path in [training.folder.lastCheckpoint, training.folder.bestCheckpoint] {
                try? FileManager.default.removeItem(atPath: path)
            }
            try handle(.finished(run, scores))
            if shouldStop() { return .stopped }
        }
        return .finished
    }

    /// The folder of a training.
    public func runFolder(_ run: ComparisonRun) -> RunFolder { RunFolder(path: "\(folder)/\(run.folder)") }

    private func scoresPath(_ run: ComparisonRun) -> String { "\(runFolder(run).path)/scores.json" }

    private func begun(_ run: ComparisonRun, _ data: TrainingData) throws -> TrainingRun {
        let folder = runFolder(run)
        let recipe = try recipe.recipe(of: run.method, seed: run.seed)
        guard folder.exists else {
            return try TrainingRun(recipe, data: data, device: device, folder: folder, command: command)
        }
        try checkRecipe(run)
        let own = try Recipe(yaml: InputFile.text(folder.recipe), source: folder.recipe)
        return try TrainingRun(resuming: folder, recipe: own, data: data, device: device)
    }

    /// Makes sure that the training in a folder is by the recipe that the comparison has now, apart from what depends on the
    /// machine.
    private func checkRecipe(_ run: ComparisonRun) throws {
        let path = runFolder(run).recipe
        let own = try Recipe(yaml: InputFile.text(path), source: path)
        var expected = try recipe.recipe(of: run.method, seed: run.seed)
        expected.precision = expected.precision ?? own.precision
        expected.layout = expected.layout ?? own.layout
        expected.threads = own.threads
        guard try own.yaml() == expected.yaml() else {
            throw UserFacingError(
                path, problem: "is not what the comparison now says of \(run.method.name)",
                remedy: "choose another --output, or remove the run's folder")
        }
    }

    private func measure(
        _ run: ComparisonRun, _ training: TrainingRun, _ data: TrainingData, seconds: () -> Double
    ) throws -> ComparisonScores {
        let bundle = try ModelBundle(path: training.folder.path, device: device)
        let embedded = try bundle.embeddedUsable(data.test)
        let test = embedded.embeddings
        let labels = data.test.labels
        let retrieval = try RetrievalReport(
            leavingOneOutOf: LabelledEmbeddings(test, labels: embedded.indices.map { labels[$0] }), cutoffs: [1])
        let unknown = try run.rotation.map { rotation in
            let known = try bundle.embeddedUsable(data.train).embeddings
            let strange = try bundle.embeddedUsable(self.data.test.keeping(classes: rotation.unknown)).embeddings
            func detection(_ distance: EmbeddingDistance) throws -> UnknownDetection {
                let scorer = try NeighbourScore(gallery: known, distance: distance)
                return try UnknownDetection(known: scorer.scores(of: test), unknown: scorer.scores(of: strange))
            }
            let (cosine, euclidean) = (try detection(.cosine), try detection(.euclidean))
            return ComparisonScores.Unknown(
                areaByCosine: cosine.area, areaByDistance: euclidean.area,
                falseAcceptance: cosine.falsePositiveRateWithKnownPositive())
        }
        return ComparisonScores(
            accuracy: training.trainer.history.last?.test.score ?? 0,
            retrieval: .init(
                precisionAt1: retrieval.micro?.precisionAt1 ?? 0,
                meanAveragePrecisionAtR: retrieval.micro?.meanAveragePrecisionAtR ?? 0),
            unknown: unknown, seconds: seconds())
    }
}

extension ModelBundle {
    /// The images that can be used, where the recipe passes over the others, with their embeddings.
    ///
    /// - Throws: `UserFacingError` when an image cannot be used, and the recipe does not pass over it.
    func embeddedUsable(_ images: ImageSet) throws -> Embedded {
        try embedded(images, broken: recipe.data.images?.broken ?? .stop)
    }
}
