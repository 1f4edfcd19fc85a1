import Backbones
import Foundation
import MetricLearning

/// A margin wider than the room between neighbouring classes, so that no embedding is far enough from all others.
///
/// Neighbouring class vectors are at most `2 pi / C` apart in a plane and `acos(-1 / (C - 1))` in more dimensions, which
/// takes D >= C - 1. The head is content where its target cosine with the margin reaches the cosine with the neighbour; of
/// a difference of cosines m that is `m <= 1 - cos(2 pi / C)` and `m <= C / (C - 1)`. Wang et al., "CosFace", CVPR 2018.
enum MarginReview {
    static func findings(_ subject: ReviewedModel) -> [Finding] {
        let (classes, dimension) = (subject.classes, subject.model.backbone.embedding)
        guard classes > 1, dimension > 1, let curves = subject.curves else { return [] }
        let room = dimension == 2 ? 2 * .pi / Double(classes) : acos(-1 / Double(classes - 1))
        let tooWide = curves.filter { !fits($0, in: room) }
        guard let widest = tooWide.last else { return [] }
        let condition = widest.condition.map { " (\($0))" } ?? ""
        let apart =
            "neighbours among \(classes) classes in \(dimension) dimensions are at most \(shownDegrees(room)) apart"
        let more =
            dimension == 2 && classes > 3
            ? ", or raise backbone.embedding to \(classes - 1), where they are \(shownDegrees(acos(-1 / Double(classes - 1))))"
            : ""
        return [
            Finding(
                severity: tooWide.count == curves.count ? .error : .warning, setting: setting(of: subject),
                problem: "\(described(widest))\(condition) is more than there is room for: \(apart)",
                remedy: "\(greatest(widest, room))\(more)")
        ]
    }

    /// Whether some embedding between its class vector and the neighbour's is content.
    private static func fits(_ curve: MarginCurve, in room: Double) -> Bool {
        let angles = (0...200).map { room / 2 * Double($0) / 200 }
        let logits = curve(at: angles).logits
        return zip(angles, logits).contains { angle, logit in
            logit / (curve.scale ?? 1) >= cos(room - angle) - 1e-9
        }
    }

    private static func setting(of subject: ReviewedModel) -> String {
        switch subject.recipe.head.settings {
        case is CombinedMarginHeadSettings: "head.angle"
        case is MagFaceHeadSettings: "head.margins"
        default: "head.margin"
        }
    }

    private static func described(_ curve: MarginCurve) -> String {
        let angle =
            curve.angle.radians == 0 ? nil : "\(shown(curve.angle.radians)) rad (\(shownDegrees(curve.angle.radians)))"
        let cosine = curve.cosine == 0 ? nil : "\(shown(curve.cosine)) off the cosine"
        return [angle, cosine].compactMap(\.self).joined(separator: " and ")
    }

    private static func greatest(_ curve: MarginCurve, _ room: Double) -> String {
        func roundedDown(_ value: Double) -> String { shown((value * 1000).rounded(.down) / 1000) }
        if curve.multiplier == 1, curve.angle.radians == 0 {
            return "lower it to \(roundedDown(1 - cos(room))) or less"
        }
        if curve.multiplier == 1, curve.cosine == 0 { return "lower it to \(roundedDown(room)) or less" }
        return "lower it"
    }
}
