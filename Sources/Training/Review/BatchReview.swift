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
        if let planned = subject.planned {
            return findings(planned.prefix(mostPlanned).map { $0.map { subject.size.labels[$0] } }, sampler, names)
        }
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

    /// Batches that are looked at.
    private static let mostPlanned = 50

    /// What is missing in batches as a sampler plans them, given by the classes of their images.
    private static func findings(_ planned: [[Int]], _ sampler: any SamplerSettings, _ names: String) -> [Finding] {
        let anchors = planned.reduce(0) { $0 + $1.count }
        guard anchors > 0 else { return [] }
        func finding(_ severity: Finding.Severity, _ problem: String, _ remedy: String) -> [Finding] {
            [Finding(severity: severity, setting: "data.sampler", problem: problem, remedy: remedy)]
        }
        guard planned.contains(where: { Set($0).count > 1 }) else {
            return finding(
                .error, "each batch is of one class, and \(names) learns from pairs of two",
                "let it draw two classes or more")
        }
        let positives = planned.reduce(0) { sum, labels in
            let counts = Dictionary(labels.map { ($0, 1) }, uniquingKeysWith: +).values
            return sum + counts.reduce(0) { $0 + $1 * ($1 - 1) }
        }
        guard positives < anchors else { return [] }
        return finding(
            positives == 0 ? .error : .warning,
            "\(type(of: sampler).name) batches give an anchor \(shown(Double(positives) / Double(anchors))) positives on average, and \(names) learns from pairs of one class",
            "let it draw two images or more of each class, as {name: per-class, perClass: 4}")
    }

    private static func comparesSamples(_ loss: any EmbeddingLoss) -> Bool {
        loss is any PairLoss || loss is LiftedStructureLoss || loss is GeneralizedLiftedStructureLoss
            || loss is PrototypicalLoss
    }
}
