import NeuralNetwork
import Torch

/// Cross entropy over scaled cosines of which the target's has a margin.
enum MarginSoftmax {
    private static let fixedMargin = Operator("hypersphere::margin_softmax", "fixed")
    private static let givenTargets = Operator("hypersphere::margin_softmax")
    private static let targetCosines = Operator("hypersphere::target_cosines")

    /// The mean cross entropy of embeddings `[N, D]` beside class vectors `[C, D]`, with the margin on the target alone; 0
    /// for an empty batch. Products in bfloat16 are for float32 on the processor alone.
    ///
    /// - Parameters:
    ///   - weight: the class vectors, which may be divided over processes.
    ///   - sampler: draws the classes that take part, while it trains.
    static func loss(
        embeddings: Tensor, weight: Parameter, labels: Tensor, margin: AngularMargin, scale: Double,
        products: Precision = .fp32, sampler: ClassSampler? = nil
    ) -> Loss {
        withPrecision(.fp32, on: embeddings.device) {
            let rows = embeddings.to(weight.tensor.dtype)
            let classes = StepClasses(weight, labels: labels, sampler: sampler)
            let group = OperatorArgument.string(classes.group?.name ?? "")
            let results: [Tensor]
            if case (.same(let angle), .same(let cosine)) = (margin.angle, margin.cosine) {
                results = fixedMargin.tensors(
                    .tensor(rows), .tensor(classes.vectors), .tensor(classes.labels), .double(scale),
                    .double(margin.multiplier), .double(angle), .double(cosine), .string(margin.overflow.rawValue),
                    .bool(margin.gradient == .exact), .bool(products == .bf16), group)
            } else {
                let (value, slope) = margin.valueAndSlope(
                    targetCosines(.tensor(rows), .tensor(classes.vectors), .tensor(classes.labels), group))
                results = givenTargets.tensors(
                    .tensor(rows), .tensor(classes.vectors), .tensor(classes.labels), .tensor(value), .tensor(slope),
                    .double(scale), .bool(products == .bf16), group)
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

    /// The mean cross entropy of logits `[N, C]`, which are overwritten at the labels by `target`, `[N]`.
    static func crossEntropy(_ logits: Tensor, _ labels: Tensor, target: Tensor) -> Tensor {
        logits.put(target.unsqueezed(1), at: labels.unsqueezed(1), along: 1)
        // The mean over an empty batch would be NaN; its sum is 0 and still belongs to the graph.
        return labels.count == 0 ? logits.sum() : logits.crossEntropy(labels)
    }
}
