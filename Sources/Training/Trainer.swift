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

    /// The number of numbers that training changes.
    public var parameterCount: Int { model.parts.reduce(0) { $0 + $1.module.parameterCount } }

    let model: Model
    let optimizers: [any Optimizer]
    var progress = EpochProgress()
    private let schedules: [any Schedule]
    private let sampler: any BatchSampler
    private let augmentation: Augmentation
    private let mixUp: MixUp?
    private let shared: SharedTraining?
    private let train: any ImageSource
    private let test: any ImageSource
    private let testCount: Int
    private let verification: [(set: VerificationSet, images: any ImageSource)]
    /// The group of each image that is measured on, `[N]`; nil where none are known.
    private let testGroups: [Int64?]?

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
    /// - Parameter crew: the processes that train together, each of which makes a trainer of the same recipe and data.
    /// - Throws: `UserFacingError` when the data do not fit the recipe.
    public init(_ recipe: Recipe, data: TrainingData, device: Device, crew: Crew? = nil) throws {
        if let size = recipe.backbone.settings.imageSize, data.height != size || data.width != size {
            throw UserFacingError(
                data.train.name, field: "image size",
                problem: "is \(data.height) x \(data.width), the backbone takes \(size) x \(size)",
                remedy: "choose another backbone or set")
        }
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
        resolved.threads = Engine.threadCount
        self.recipe = resolved
        classNames = data.classNames
        testClassNames = data.test.classNames
        testGroups = data.test.groupNumbers
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
            optimizer.settings.make(
                model.parts.filter { optimizer.parts.contains($0.name) }.map(\.module))
        }
        sampler = try recipe.data.sampler.settings.make(
            labels: data.train.labels.map { Int($0) }, classNames: data.classNames, batch: recipe.data.batch)
        // Every epoch has about as many batches; where a sampler's vary, a schedule ends some steps early or late.
        let batches = sampler.batches(seed: recipe.seed, epoch: 1).count
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
                if wantsStop && position + 1 < batches.count { return .stopped }
            }
            device.synchronize()
            let learning = begin.duration(to: .now).seconds
            shared?.crew.stand(at: "measuring after epoch \(epoch)")
            let (test, embeddings) = try measure(epoch: epoch)
            let verified = try verify()
            let trained = progress.report(classes: classNames.count)
            let metrics = EpochMetrics(
                epoch: epoch, trainLoss: progress.meanLoss, trainAccuracy: trained.accuracy,
                trainF1: trained.weightedF1, test: test, verification: verified,
                learningRate: optimizers.first?.groups.first?.learningRate ?? 0,
                imagesPerSecond: Double(total - seen) / learning, seconds: begin.duration(to: .now).seconds)
            history.append(metrics)
            progress = EpochProgress()
            try handle(.epoch(metrics, test: embeddings))
            if shared?.anyWants(shouldStop()) ?? shouldStop(), epoch < recipe.epochs { return .stopped }
        }
        return .finished
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
        schedule(epoch: epoch, iteration: (epoch - 1) * batches.count + position)
        let planned = batches[position].count
        if shared == nil && batch.indices.isEmpty {
            progress.skip(planned: planned)
            return wantsStop
        }
        reseed(epoch: epoch, position: position)
        let draws = SampleDraws(seed: recipe.seed, epoch: epoch)
        let images = augmentation(batch.images, indices: batch.indices, draws: draws).contiguous(layout)
        for optimizer in optimizers { optimizer.clearGradients() }
        let mixed = mixUp.map { $0(images, batch.labels, indices: batch.indices, draws: draws) }
        let own = withPrecision(precision, on: device) { model.backbone(mixed?.images ?? images) }
        let whole = shared?.gather(own, batch, planned: planned, wantsStop: wantsStop)
        let stops = whole?.wantsStop ?? wantsStop
        if let whole, whole.indices.isEmpty {
            progress.skip(planned: planned)
            return stops
        }
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
        if device == .cpu || position % 50 == 0 || position == batches.count - 1 {
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
    private func predictions(_ loss: Loss, _ embeddings: Tensor) -> Tensor {
        loss.predictions
            ?? withoutGradients { model.head.logits(embeddings.detached()).argumentMaximum(along: 1) }
    }

    private func schedule(epoch: Int, iteration: Int) {
        for (index, optimizer) in optimizers.enumerated() {
            let settings = recipe.optimizers[index]
            let step = settings.schedule.unit == .epoch ? epoch - 1 : iteration
            for group in optimizer.groups.indices {
                optimizer.groups[group].learningRate = schedules[index].learningRate(
                    at: step, base: settings.settings.learningRate)
                if let momentum = schedules[index].momentum(at: step) { optimizer.groups[group].momentum = momentum }
            }
        }
    }

    private func notFinite(_ first: String, in place: String) -> UserFacingError {
        UserFacingError(
            recipe.name, field: place, problem: "\(first) has a number that is infinite or none",
            remedy: "lower learningRate, set gradientLimit, or try precision=fp32; what was kept before is whole")
    }

    private func measure(epoch: Int) throws -> (TestMetrics, TestEmbeddings) {
        model.train(false)
        defer { model.train(true) }
        let isUnseen = testClassNames != classNames
        var total = EpochProgress()
        var values: [Tensor] = []
        var (labels, indices): ([Int64], [Int]) = ([], [])
        try embed(test, count: testCount) { embeddings, known, numbers, planned in
            if !isUnseen {
                let loss = model.loss(embeddings, known)
                total.add(
                    loss: loss.value, predictions: predictions(loss, embeddings), labels: known, planned: planned)
            }
            values.append(embeddings)
            labels += known.array(of: Int64.self)
            indices += numbers
        }
        let embeddings = Tensor.concatenated(values)
        guard total.settle(), embeddings.isAllFinite else {
            throw notFinite(model.firstNonFinite ?? "the loss", in: "epoch \(epoch), measuring")
        }
        if isUnseen {
            return try measureUnseen(embeddings, labels: labels, indices: indices)
        }
        let report = total.report(classes: classNames.count)
        let centers = model.losses.compactMap { ($0.loss as? CenterLoss)?.classCenters }.first
        return (
            .classes(loss: total.meanLoss, accuracy: report.accuracy, f1: report.weightedF1),
            TestEmbeddings(
                values: embeddings.array(), dimension: model.backbone.embedding, labels: labels,
                predictions: total.predictions, centers: centers?.array())
        )
    }

    /// Embeds the images of a source in their order, a batch at a time; of several processes each embeds a part, and all get the
    /// whole.
    private func embed(
        _ source: any ImageSource, count: Int, mirrored: Bool = false,
        _ handle: (_ embeddings: Tensor, _ labels: Tensor, _ indices: [Int], _ planned: Int) throws -> Void
    ) throws {
        let order = stride(from: 0, to: count, by: recipe.data.batch).map { begin in
            Array(begin..<min(count, begin + recipe.data.batch))
        }
        var remaining = order[...]
        let next = source.batches(shared?.own(order) ?? order, epoch: 0)
        try withoutGradients {
            while let batch = try next() {
                let planned = remaining.removeFirst().count
                if shared == nil && batch.indices.isEmpty { continue }
                let bytes = mirrored ? batch.images.mirrored() : batch.images
                let images = augmentation.normalization(bytes).contiguous(layout)
                let own = withPrecision(precision, on: device) { model.backbone(images) }.to(.float32)
                let whole = shared?.gather(own, batch, planned: planned, wantsStop: false)
                let indices = whole?.indices ?? batch.indices
                if indices.isEmpty { continue }
                try handle(whole?.embeddings ?? own, whole?.labels ?? batch.labels, indices, planned)
            }
        }
    }

    /// The accuracy of each set of pairs with the flipped images' embeddings added; of several processes the leader measures.
    private func verify() throws -> [String: Double] {
        model.train(false)
        defer { model.train(true) }
        var accuracies: [String: Double] = [:]
        for (set, images) in verification {
            func embeddings(mirrored: Bool) throws -> Tensor {
                var values: [Tensor] = []
                try embed(images, count: set.images.count, mirrored: mirrored) { rows, _, _, _ in values.append(rows) }
                let all = Tensor.concatenated(values)
                guard all.size(0) == set.images.count else {
                    throw UserFacingError(
                        set.images.name, field: "images",
                        problem: "\(set.images.count - all.size(0)) of \(set.images.count) cannot be used",
                        remedy: "get the set again; without all its images its folds would be others")
                }
                return all
            }
            let both = try embeddings(mirrored: false).flipAveraged(with: embeddings(mirrored: true))
            func measured() throws -> [Double] {
                let distances = try set.pairs.cosines(of: both).map { 2 - 2 * $0 }
                let folded = try FoldedVerification(distances: distances, isSame: set.pairs.isSame, folds: set.folds)
                return [folded.accuracy.mean]
            }
            accuracies[set.name] = try (shared?.leader(measured) ?? measured()).first
        }
        return accuracies
    }

    /// Measures by search; of several processes the leader does it for all.
    private func measureUnseen(
        _ embeddings: Tensor, labels: [Int64], indices: [Int]
    ) throws -> (TestMetrics, TestEmbeddings) {
        var predictions: [Int64] = []
        func search() throws -> [Double] {
            let set = LabelledEmbeddings(
                embeddings, labels: labels, groups: testGroups.map { groups in indices.map { groups[$0] } })
            let retrieval = try RetrievalReport(leavingOneOutOf: set, cutoffs: [1], curveLength: 0)
            guard let micro = retrieval.micro else { return [] }
            predictions = try NeighbourClassifier(leavingOneOutOf: set, count: 1).predictions
            return [micro.precisionAt1, micro.meanAveragePrecisionAtR]
        }
        let scores = try shared?.leader(search) ?? search()
        guard scores.count == 2 else {
            throw UserFacingError(
                recipe.name, field: "data", problem: "no class of the images to measure on has two",
                remedy: "give at least two images of a class")
        }
        return (
            .unseenClasses(precisionAt1: scores[0], meanAveragePrecisionAtR: scores[1]),
            TestEmbeddings(
                values: embeddings.array(), dimension: model.backbone.embedding, labels: labels,
                predictions: predictions, centers: nil)
        )
    }
}

extension Duration {
    /// The duration in seconds.
    var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) * 1e-18
    }
}
