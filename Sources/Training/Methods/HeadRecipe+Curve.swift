public import MetricLearning
import Randomness

extension HeadRecipe {
    /// The name of the kind of head.
    public var name: String { type(of: settings).name }

    /// The curves of the target logit over the angle; nil for a head that does not compare directions.
    public var marginCurves: [MarginCurve]? {
        // The curve depends on neither the number of classes nor the first values.
        var generator = SeededGenerator(seed: 0)
        return (settings.make(classes: 2, embedding: 2, using: &generator) as? any MarginCurveHead)?.marginCurves
    }

    /// The names of the heads that have curves.
    public static func namesWithCurves() throws -> [String] {
        try kinds.map { $0.name }.filter { try HeadRecipe(named: $0).marginCurves != nil }
    }
}
