import Backbones
import Foundation
import MetricLearning

/// A scale so small that no embedding, wherever it lies, is given a high probability.
enum ScaleReview {
    /// The probability that a sample at its class vector should be able to reach.
    private static let probability = 0.9

    static func findings(_ subject: ReviewedModel) -> [Finding] {
        let classes = subject.classes
        if let l2 = subject.recipe.head.settings as? L2SoftmaxHeadSettings, !l2.learnt, classes > 2 {
            let least = L2SoftmaxHead.leastLength(classes: classes, probability: probability)
            return l2.alpha < least ? [finding("head.alpha", l2.alpha, least, "with \(classes) classes", .error)] : []
        }
        guard classes > 1, let scale = subject.curves?.first?.scale else { return [] }
        let least = NormSoftmaxHead.leastScale(classes: classes, probability: probability)
        if scale < least { return [finding("head.scale", scale, least, "with \(classes) classes", .error)] }
        guard subject.model.backbone.embedding == 2 else { return [] }
        let leastInPlane = leastScaleInPlane(classes: classes)
        return scale < leastInPlane
            ? [finding("head.scale", scale, leastInPlane, "with \(classes) classes in 2 dimensions", .warning)] : []
    }

    private static func finding(
        _ setting: String, _ value: Double, _ least: Double, _ condition: String, _ severity: Finding.Severity
    ) -> Finding {
        let rounded = (least * 10).rounded(.up) / 10
        return Finding(
            severity: severity, setting: setting,
            problem: "\(shown(value)) is below \(shown(rounded)), which a probability of 90 % needs \(condition)",
            remedy: "raise it to \(shown(rounded)) or more")
    }

    /// The least scale with which a sample at its class vector reaches the probability, the vectors spread evenly over a
    /// circle, found by bisection.
    private static func leastScaleInPlane(classes: Int) -> Double {
        let cosines = (1..<classes).map { cos(2 * .pi * Double($0) / Double(classes)) }
        var (low, high) = (0.0, 1.0)
        func suffices(_ scale: Double) -> Bool {
            1 / (1 + cosines.reduce(0) { $0 + exp(scale * ($1 - 1)) }) >= probability
        }
        while !suffices(high) { high *= 2 }
        for _ in 0..<50 {
            let middle = (low + high) / 2
            if suffices(middle) { high = middle } else { low = middle }
        }
        return high
    }
}
