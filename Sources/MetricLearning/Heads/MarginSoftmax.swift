import NeuralNetwork
import Torch

/// Cross entropy over scaled cosines of which the target's has a margin.
enum MarginSoftmax {
    private static let fixedMargin = Operator("hypersphere::margin_softmax", "fixed")
    private static let givenTargets = Operator("hypersphere::margin_softmax")
    private static let targetCosines = Operator("hypersphere::target_cosines")

    /// The mean cross entropy of embeddings `[N, D]` beside the class vectors of a head, with the margin on the target alone;
    /// 0 for an empty batch.
    static func loss(
        _ head: some ManyClassHead, _ embeddings: Tensor, _ labels: Tensor, margin: AngularMargin
    ) -> Loss {
        withPrecision(.fp32, on: embeddings.device) {
            let rows = embeddings.to(head.weight.tensor.dtype)
            let classes = StepClasses(head.weight, labels: labels, sampler: head.sampler)
            let products = head.isTraining ? head.products : .fp32
            let group = OperatorArgument.string(classes.group?.name ?? "")
            let results: [Tensor]
            if case (.same(let angle), .same(let cosine)) = (margin.angle, margin.cosine) {
                results = fixedMargin.tensors(
                    .tensor(rows), .tensor(classes.vectors), .tensor(classes.labels), .double(head.scale),
                    .double(head.smoothing), .double(margin.multiplier), .double(angle), .double(cosine),
                    .string(margin.overflow.rawValue), .bool(margin.gradient == .exact), .bool(products == .bf16), group
                )
            } else {
                let (value, slope) = margin.valueAndSlope(
                    targetCosines(.tensor(rows), .tensor(classes.vectors), .tensor(classes.labels), group))
                results = givenTargets.tensors(
                    .tensor(rows), .tensor(classes.vectors), .tensor(classes.labels), .tensor(value), .tensor(slope),
                    .double(head.scale), .double(head.smoothing), .bool(products == .bf16), group)
            }
            return Loss(results[0], predictions: classes.nearest(results[2], cosines: results[1]))
        }
    }

    /// The cosines `[N]` of embeddings `[N, D]` with their labels' vectors; no gradient flows.
    static func targetCosines(embeddings: Tensor, weight: Parameter, labels: Tensor) -> Tensor {
        let classes = StepClasses(weight, labels: labels, sampler: nil)
        return targetCosines(
            .tensor(embeddings.to(weight.tensor.dtype)), .tensor(classes.vectors), .tensor(classes.labels),
            .string(classes.group?.name ?? ""))
    }
}
