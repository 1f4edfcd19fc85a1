import MetricLearning

/// Batches in which a loss of pairs seldom finds a pair of one class, or never one of two.
enum BatchReview {
    static func findings(_ subject: ReviewedModel) -> [Finding] {
        let losses = subject.model.losses.filter { comparesSamples($0.loss) }.map(\.name)
        guard !losses.isEmpty else { return [] }
        let names = losses.joined(separator: ", ")
        let (batch, classes, count) = (subject.recipe.data.batch, subject.classes, subject.count)
        let sampler = subject.recipe.data.sampler.settings
        if let perClass = (sampler as? PerClassSamplerSettings)?.perClass, batch / perClass < 2 {
            return [
                Finding(
                    severity: .error, setting: "data.sampler.perClass",
                    problem:
                        "\(batch) images with \(perClass) of each class are of one class, and \(names) learns from pairs of two",
                    remedy: "set it to \(max(1, batch / 2)) or less, or raise data.batch")
            ]
        }
        // Other samplers see to it that classes come up several times.
        guard sampler is ShuffledSettings else { return [] }
        // Of the other images, as many are of the anchor's class as in the whole set.
        let others = Double(min(batch, count) - 1)
        let positives = count > 1 ? others * (Double(count) / Double(classes) - 1) / Double(count - 1) : 0
        guard positives < 1 else { return [] }
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
