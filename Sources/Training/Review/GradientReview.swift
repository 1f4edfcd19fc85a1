import MetricLearning

/// Directions of embeddings that begin so short that the first gradients throw them about.
///
/// The gradient of a direction `x / |x|` by x is as large as `1 / |x|`, times the scale of the logits. Networks that end in a
/// normalisation begin with lengths near `sqrt(D)`; others may begin some thousandths long.
enum GradientReview {
    /// Above this, training with usual learning rates was seen to reach infinity within some steps.
    private static let limit = 1_000.0

    static func findings(_ subject: ReviewedModel) -> [Finding] {
        let l2 = subject.recipe.head.settings as? L2SoftmaxHeadSettings
        guard subject.recipe.gradientLimit == nil, let scale = l2?.alpha ?? subject.curves?.first?.scale else {
            return []
        }
        let length = subject.freshLength()
        guard scale > limit * length else { return [] }
        return [
            Finding(
                severity: .warning, setting: "gradientLimit",
                problem:
                    "is not set, while fresh features are \(shown(length)) long, so that gradients by them reach scale / length = \(shown(scale / length))",
                remedy: "set gradientLimit=5")
        ]
    }
}
