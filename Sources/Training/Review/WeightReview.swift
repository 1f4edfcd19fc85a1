import MetricLearning

/// Losses that are there and teach nothing.
enum WeightReview {
    static func findings(_ subject: ReviewedModel) -> [Finding] {
        subject.recipe.losses.enumerated().flatMap { index, loss in
            var findings: [Finding] = []
            if loss.weight == 0 {
                findings.append(
                    Finding(
                        severity: .warning, setting: "losses[\(index)].weight",
                        problem: "is 0, so that embeddings learn nothing from \(loss.name)",
                        remedy: "raise it, or leave the loss out"))
            }
            if let center = loss.settings as? CenterLossSettings, center.update != .gradient, center.rate == 0 {
                findings.append(
                    Finding(
                        severity: .error, setting: "losses[\(index)].rate",
                        problem: "is 0, so that the centres stay where they were drawn",
                        remedy: "raise it; 0.5 is usual"))
            }
            return findings
        }
    }
}
