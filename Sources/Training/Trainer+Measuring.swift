import Backbones
import Evaluation
import Files
import Images
import MetricLearning
import NeuralNetwork
import Torch

/// What a model comes to after an epoch: on the test images, and on pairs.
extension Trainer {
    /// What the test images come to, and their embeddings.
    func measure(epoch: Int) throws -> (TestMetrics, TestEmbeddings) {
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
        guard !values.isEmpty else {
            throw UserFacingError(
                recipe.name, field: "data", problem: "none of the \(testCount) images to measure on can be used",
                remedy: "see what is wrong with them: hypersphere data check")
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
                values: embeddings.array(), dimension: model.backbone.embedding, labels: labels, indices: indices,
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
                let own = recipe.data.embeddings(of: bytes) { images in
                    let images = augmentation.normalization(images).contiguous(layout)
                    return withPrecision(precision, on: device) { model.backbone(images) }
                }
                let whole = shared?.gather(own, batch, planned: planned, wantsStop: false)
                let indices = whole?.indices ?? batch.indices
                if indices.isEmpty { continue }
                try handle(whole?.embeddings ?? own, whole?.labels ?? batch.labels, indices, planned)
            }
        }
    }

    /// The accuracy of each set of pairs with the flipped images' embeddings added; of several processes the leader measures.
    func verify() throws -> [String: Double] {
        model.train(false)
        defer { model.train(true) }
        var accuracies: [String: Double] = [:]
        for (set, images) in verification {
            func embeddings(mirrored: Bool) throws -> Tensor {
                var values: [Tensor] = []
                try embed(images, count: set.images.count, mirrored: mirrored) { rows, _, _, _ in values.append(rows) }
                let count = values.reduce(0) { $0 + $1.size(0) }
                guard count == set.images.count else {
                    throw UserFacingError(
                        set.images.name, field: "images",
                        problem: "\(set.images.count - count) of \(set.images.count) cannot be used",
                        remedy: "get the set again; without all its images its folds would be others")
                }
                return .concatenated(values)
            }
            let plain = try embeddings(mirrored: false)
            // With `mirror`, an embedding is that of both already.
            let both = try plain.flipAveraged(with: recipe.data.mirror ? plain : embeddings(mirrored: true))
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
            throw Self.noPair(recipe)
        }
        return (
            .unseenClasses(precisionAt1: scores[0], meanAveragePrecisionAtR: scores[1]),
            TestEmbeddings(
                values: embeddings.array(), dimension: model.backbone.embedding, labels: labels, indices: indices,
                predictions: predictions, centers: nil)
        )
    }
}
