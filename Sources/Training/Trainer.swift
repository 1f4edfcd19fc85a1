import Backbones
import Evaluation
import Files
import Foundation
public import Images
import MetricLearning
import NeuralNetwork
import Randomness
public import Torch

/// Runs a recipe: the loop over epochs and batches, and nothing else. What happens is told by events.
///
/// Every draw is a function of (seed, epoch, position), so a training that stopped and went on gives the numbers of one that
/// never stopped.
public final class Trainer {
    /// The recipe, with what depends on the machine written out.
    public let recipe: Recipe
    /// Where it runs.
    public let device: Device
    /// The precision of products.
    public let precision: Precision
    /// How images lie in memory.
    public let layout: MemoryFormat
    /// What every epoch so far came to.
    public internal(set) var history: [EpochMetrics] = []
    /// What the classes are called, in the order of the labels.
    public let classNames: [String]
    /// What the classes of the images measured on are called; where they are not ``classNames``, they are searched, not classified.
    public let testClassNames: [String]

    /// Whether it came to a number that is infinite or none.
    private(set) var hasDiverged = false

    /// The number of numbers that training changes.
    public var parameterCount: Int { model.parts.reduce(0) { $0 + $1.module.parameterCount } }

    let model: Model
    let optimizers: [any Optimizer]
    var progress = EpochProgress()
    private let schedules: [any Schedule]
    private let sampler: any BatchSampler
    let augmentation: Augmentation
    private let mixUp: MixUp?
    let shared: SharedTraining?
    private let train: any ImageSource
    let test: any ImageSource
    let testCount: Int
    let verification: [(set: VerificationSet, images: any ImageSource)]
    /// The group of each image that is measured on, `[N]`; nil where none are known.
    let testGroups: [Int64?]?

    /// How a training ended.
    public enum Ending: Sendable {
        /// All epochs are done.
        case finished
        /// It was asked to stop, and what was done is kept.
        case stopped
    }

    /// What happens during training.
    public enum Event {
        /// A batch is done.
        case batch(Step)
        /// Files of the epoch that could not be used, and are left out.
        case broken([BrokenImage])
        /// Everything of an epoch is learnt, and will be measured.
        case learned
        /// An epoch is done and measured.
        case epoch(EpochMetrics, test: TestEmbeddings)
    }

    /// Where training stands after a batch.
    public struct Step: Sendable {
        /// Which epoch, from 1.
        public let epoch: Int
        /// Images of the epoch that are done.
        public let done: Int
        /// Images of an epoch.
        public let total: Int
        /// The mean loss of the epoch so far.
        public let meanLoss: Double
        /// Images a second in this epoch.
        public let imagesPerSecond: Double
    }

    /// The embeddings of the images that are measured on, after an epoch.
    public struct TestEmbeddings: Sendable {
        /// The embeddings in row-major order, `[N, D]`.
        public let values: [Float]
        /// D.
        public let dimension: Int
        /// The labels, `[N]`.
        public let labels: [Int64]
        /// Which images of the set they are, `[N]`; files that could not be used are left out.
        public let indices: [Int]
        /// The classes that the images were taken for, `[N]`: by the head, or of unseen classes by the nearest other image; -1 for none.
        public let predictions: [Int64]
        /// The centres that a loss holds, `[C, D]`, if one does and these classes are measured on.
        public let centers: [Float]?
    }

    /// Whether this process writes and prints: the only one, or the first of several.
    public var isLeader: Bool { shared?.group.isLeader ?? true }

    /// How many processes train together.
    public var processCount: Int { shared?.group.size ?? 1 }

    /// Makes the model and its optimizers and moves the data to the device.
    ///
    /// - Parameters:
    ///   - recipe: what to train, and how.
    ///   - data: the images.
    ///   - device: where to compute.
    ///   - crew: the processes that train together, each of which makes a trainer of the same recipe and data.
    /// - Throws: `UserFacingError` when the data do not fit the recipe.
    public init(_ recipe: Recipe, data: TrainingData, device: Device, crew: Crew? = nil) throws {
        try recipe.checkBackbone(takes: data.height, data.width, of: data.train.name)
        try recipe.checkCrop(of: data.height, data.width)
        if crew != nil && recipe.data.augmentation.mixUp != 0 {
            throw UserFacingError(
                recipe.name, field: "data.augmentation.mixUp", problem: "mixes images of one process alone",
                remedy: "set it to 0, or train with one process")
        }
        self.device = device
        precision = recipe.precision ?? Precision.best(for: device)
        layout = recipe.layout ?? .channelsLast
        var resolved = recipe
        resolved.precision = precision
        resolved.layout = layout
        // A process's share of the cores says nothing about the next start.
        if crew == nil { resolved.threads = Engine.threadCount }
        self.recipe = resolved
        classNames = data.classNames
        testClassNames = data.test.classNames
        testGroups = data.test.groupNumbers
        if testClassNames != classNames, Set(data.test.labels).count == data.test.count { throw Self.noPair(recipe) }
        augmentation = recipe.data.augmentation.make(try recipe.data.normalization(channels: data.channels))
        mixUp = recipe.data.augmentation.mixUp == 0 ? nil : MixUp(alpha: recipe.data.augmentation.mixUp)
        train = try recipe.source(of: data.train, training: true, device: device)
        test = try recipe.source(of: data.test, training: false, device: device)
        testCount = data.test.count
        verification = try data.verification.map {
            ($0, try recipe.source(of: $0.images, training: false, device: device))
        }
        let model = Model(recipe, channels: data.channels, classes: data.classNames.count)
        shared = crew.map(SharedTraining.init)
        shared?.divide(model, by: recipe)
        model.to(device, layout)
        self.model = model
        optimizers = recipe.optimizers.map { optimizer in
            optimizer.make(
                model.parts.filter { optimizer.parts.contains($0.name) }.map(\.module))
        }
        sampler = try recipe.data.sampler.settings.make(
            labels: data.train.labels.map { Int($0) }, classNames: data.classNames, batch: recipe.data.batch)
        let planned = sampler.batches(seed: recipe.seed, epoch: 1)
        if recipe.backbone.settings.normalisesFeatures(height: data.height, width: data.width),
            planned.contains(where: { $0.count == 1 })
        {
            throw UserFacingError(
                recipe.name, field: "data.batch",
                problem: "a batch has one image, and the backbone normalises its features over the batch",
                remedy: "let all batches have 2 or more, by data.batch and data.sampler")
        }
        // Every epoch has about as many batches; where a sampler's vary, a schedule ends some steps early or late.
        let batches = planned.count
        schedules = recipe.optimizers.map { optimizer in
            optimizer.schedule.make(
                steps: optimizer.schedule.unit == .epoch ? recipe.epochs : recipe.epochs * batches)
        }
    }

    /// Trains from where the model stands to the end of the recipe.
    ///
    /// - Parameters:
    ///   - shouldStop: asked after every batch.
    ///   - handle: told of every batch and epoch; what it throws ends the training.
    /// - Throws: `UserFacingError` that names the first tensor with a number that is infinite or none, as soon as there is
    ///   one; and what `handle` throws.
    public func run(shouldStop: () -> Bool = { false }, _ handle: (Event) throws -> Void) throws -> Ending {
        while history.count < recipe.epochs {
            let epoch = history.count + 1
            let begin = ContinuousClock.now
            let seen = progress.count
            let batches = batches(epoch: epoch)
            let total = batches.reduce(0) { $0 + $1.count }
            model.train(true)
            try model.freeze(recipe, epoch: epoch)
            shared?.begin(model)
            let rest = Array(batches.dropFirst(progress.batches))
            let next = train.batches(shared?.own(rest) ?? rest, epoch: epoch)
            while let batch = try next() {
                let position = progress.batches
                shared?.crew.stand(at: "in epoch \(epoch), batch \(position + 1)")
                let wantsStop = try learn(
                    batch, epoch: epoch, position: position, batches: batches, wantsStop: shouldStop())
                if !batch.broken.isEmpty { try handle(.broken(batch.broken)) }
                let elapsed = begin.duration(to: .now).seconds
                try handle(
                    .batch(
                        Step(
                            epoch: epoch, done: progress.count, total: total, meanLoss: progress.meanLoss,
                            imagesPerSecond: Double(progress.count - seen) / elapsed)))
                if wantsStop && position + 1 < batches.count {
                    let place = "epoch \(epoch), batch \(position + 1)"
                    guard progress.settle() else { throw notFinite(model.firstNonFinite ?? "the loss", in: place) }
                    try checkFinite(in: place)
                    return .stopped
                }
            }
            device.synchronize()
            // On a GPU, where the last batch had nothing that could be used, others still wait to be looked at.
            guard progress.settle() else {
                throw notFinite(model.firstNonFinite ?? "the loss", in: "epoch \(epoch)")
            }
            guard progress.count > 0 else {
                throw UserFacingError(
                    recipe.name, field: "epoch \(epoch)",
                    problem: "none of the \(total) images to learn from can be used",
                    remedy: "see what is wrong with them: hypersphere data check")
            }
            let learning = begin.duration(to: .now).seconds
            if rest.isEmpty {
                // What was learnt before the training went on is told as it was.
                schedule(epoch: epoch, position: batches.count - 1, batches: batches.count)
            } else {
                try checkFinite(in: "epoch \(epoch)")
                try handle(.learned)
            }
            shared?.crew.stand(at: "measuring after epoch \(epoch)")
            let (test, embeddings) = try measure(epoch: epoch)
            let verified = try verify()
            let trained = progress.report(classes: classNames.count)
            let metrics = EpochMetrics(
                epoch: epoch, trainLoss: progress.meanLoss, trainAccuracy: trained.accuracy,
                trainF1: trained.weightedF1, test: test, verification: verified,
                learningRate: optimizers.first?.groups.first?.learningRate ?? 0,
                imagesPerSecond: rest.isEmpty ? 0 : Double(total - seen) / learning,
                seconds: begin.duration(to: .now).seconds)
            history.append(metrics)
            progress = EpochProgress()
            try handle(.epoch(metrics, test: embeddings))
            if shared?.any(shouldStop()) ?? shouldStop(), epoch < recipe.epochs { return .stopped }
        }
        return .finished
    }

    /// What the first of the processes says, for all: they must do the same, and may have rounded otherwise.
    func agrees(_ condition: Bool) -> Bool {
        shared?.any(isLeader && condition) ?? condition
    }

    /// The batches of an epoch, from 1, as positions in the set that is learnt from.
    func batches(epoch: Int) -> [[Int]] {
        sampler.batches(seed: recipe.seed, epoch: epoch)
    }

    /// Runs one batch forward and backward and takes one step, to see whether the recipe works.
    ///
    /// - Returns: the loss.
    public func tryOneStep() throws -> Double {
        model.train(true)
        try model.freeze(recipe, epoch: 1)
        shared?.begin(model)
        let batches = batches(epoch: 1)
        let first = [batches[0]]
        if let batch = try train.batches(shared?.own(first) ?? first, epoch: 1)() {
            _ = try learn(batch, epoch: 1, position: 0, batches: batches, wantsStop: false)
        }
        return progress.meanLoss
    }

    /// Takes a step; returns whether it is the last one for now.
    private func learn(
        _ batch: ImageBatch, epoch: Int, position: Int, batches: [[Int]], wantsStop: Bool
    ) throws -> Bool {
        schedule(epoch: epoch, position: position, batches: batches.count)
        let planned = batches[position].count
        let isLast = position == batches.count - 1
        // Where files could not be used, one image alone may be left, which has no deviation to normalise by.
        guard shared?.count(batch) ?? batch.indices.count >= min(2, planned) else {
            progress.skip(planned: planned)
            return shared?.any(wantsStop) ?? wantsStop
        }
        reseed(epoch: epoch, position: position)
        let draws = SampleDraws(seed: recipe.seed, epoch: epoch)
        let images = augmentation(batch.images, indices: batch.indices, draws: draws).contiguous(layout)
        for optimizer in optimizers { optimizer.clearGradients() }
        let mixed = mixUp.map { $0(images, batch.labels, indices: batch.indices, draws: draws) }
        let own = withPrecision(precision, on: device) { model.backbone(mixed?.images ?? images) }
        let whole = shared?.gather(own, batch, planned: planned, wantsStop: wantsStop)
        let stops = whole?.wantsStop ?? wantsStop
        let (embeddings, labels) = (whole?.embeddings ?? own, whole?.labels ?? batch.labels)
        var loss = model.loss(embeddings, labels)
        if let mixed {
            loss = mixed.factor * loss + (1 - mixed.factor) * model.loss(embeddings, mixed.otherLabels)
        }
        if let whole { shared?.backward(loss, whole) } else { loss.backward() }
        if let limit = recipe.gradientLimit {
            GradientClipping.byNorm(optimizers.flatMap(\.groups).flatMap(\.parameters), limit: limit)
        }
        progress.add(
            loss: loss.value.detached(), predictions: predictions(loss, embeddings), labels: labels, planned: planned)
        // Before the step, so that the model that is kept is still whole.
        if device == .cpu || position % 50 == 0 || isLast || stops {
            guard progress.settle() else {
                let first =
                    images.isAllFinite
                    ? model.firstNonFinite ?? (embeddings.isAllFinite ? "the loss" : "the embeddings") : "the images"
                throw notFinite(first, in: "epoch \(epoch), batch \(position + 1)")
            }
        }
        for optimizer in optimizers { optimizer.step() }
        return stops
    }

    /// Makes all draws of a step functions of seed, epoch and position. Heads and losses see the whole batch in every process
    /// and draw the same; layers of the backbone see parts of it, and each process draws for its own.
    private func reseed(epoch: Int, position: Int) {
        var generator = SeededGenerator(
            seed: recipe.seed, path: RandomStream.step.rawValue, UInt64(epoch), UInt64(position))
        for (_, module) in model.parts { module.reseed(using: &generator) }
        guard let group = shared?.group, !group.isLeader else { return }
        generator = SeededGenerator(
            seed: recipe.seed, path: RandomStream.step.rawValue, UInt64(epoch), UInt64(position), UInt64(group.rank))
        model.backbone.reseed(using: &generator)
    }

    /// The classes that the embeddings are taken for, without any margin.
    func predictions(_ loss: Loss, _ embeddings: Tensor) -> Tensor {
        loss.predictions
            ?? withoutGradients { model.head.logits(embeddings.detached()).argumentMaximum(along: 1) }
    }

    private func schedule(epoch: Int, position: Int, batches: Int) {
        let iteration = (epoch - 1) * batches + position
        for (index, optimizer) in optimizers.enumerated() {
            (optimizer as? Lookahead)?.progress = Double(iteration) / Double(recipe.epochs * batches)
            let settings = recipe.optimizers[index]
            let step = settings.schedule.unit == .epoch ? epoch - 1 : iteration
            for group in optimizer.groups.indices {
                optimizer.groups[group].learningRate = schedules[index].learningRate(
                    at: step, base: settings.settings.learningRate)
                if let momentum = schedules[index].momentum(at: step) { optimizer.groups[group].momentum = momentum }
            }
        }
    }

    static func noPair(_ recipe: Recipe) -> UserFacingError {
        UserFacingError(
            recipe.name, field: "data", problem: "no class of the images to measure on has two",
            remedy: "give at least two images of a class")
    }

    /// Makes sure that the last step, too, left numbers, before anything of it is kept.
    private func checkFinite(in place: String) throws {
        let first = model.firstNonFinite
        if shared?.any(first != nil) ?? (first != nil) {
            throw notFinite(first ?? "what another process holds", in: place)
        }
    }

    func notFinite(_ first: String, in place: String) -> UserFacingError {
        hasDiverged = true
        return UserFacingError(
            recipe.name, field: place, problem: "\(first) has a number that is infinite or none",
            remedy: "lower learningRate, set gradientLimit, or try precision=fp32; what was kept before is whole")
    }
}

extension Duration {
    /// The duration in seconds.
    var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) * 1e-18
    }
}
