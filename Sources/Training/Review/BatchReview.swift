import MetricLearning

/// Batches in which a loss of pairs seldom finds a pair of one class.
enum BatchReview {
    static func findings(_ subject: ReviewedModel) -> [Finding] {
        let losses = subject.model.losses.filter { comparesSamples($0.loss) }.map(\.name)
        // Other samplers see to it that classes come up several times.
        let isShuffled = subject.recipe.data.sampler.settings is ShuffledSettings
        guard isShuffled && !losses.isEmpty else { return [] }
        let (batch, classes, count) = (subject.recipe.data.batch, subject.classes, subject.count)
        // Of the other images, as many are of the anchor's class as in the whole set.
        let others = Double(min(batch, count) - 1)
        let positives = count > 1 ? others * (Double(count) / Double(classes) - 1) / Double(count - 1) : 0
        guard positives < 1 else { return [] }
        let names = losses.joined(separator: ", ")
        return [
            Finding(
                severity: others < 1 ? .error : .warning, setting: "data.batch",
                problem:
                    "\(batch) shuffled images of \(classes) classes give an anchor \(shown(max(0, positives))) positives on average, and \(names) learns from pairs of one class",
                remedy: "set data.sampler={name: per-class}, or take a loss with proxies, such as proxy-anchor")
        ]
    }

    private static func comparesSamples(_ loss: any EmbeddingLoss) -> Bool {
        loss is any PairLoss || loss is LiftedStructureLoss || loss is GeneralizedLiftedStructureLoss
            || loss is PrototypicalLoss
    }
}
