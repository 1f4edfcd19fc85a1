import Torch

/// Cross entropy over scaled cosines of which the target's has a margin.
enum MarginSoftmax {
    private static let fixedMargin = Operator("hypersphere::margin_softmax", "fixed")
    private static let givenTargets = Operator("hypersphere::margin_softmax")
    private static let targetCosines = Operator("hypersphere::target_cosines")

    /// The mean cross entropy of embeddings `[N, D]` beside class vectors `[C, D]`, with the margin on the target alone; 0
    /// for an empty batch. Products in bfloat16 are for float32 on the processor alone.
    static func loss(
        embeddings: Tensor, weights: Tensor, labels: Tensor, margin: AngularMargin, scale: Double,
        products: Precision = .fp32
    ) -> Tensor {
        withPrecision(.fp32, on: embeddings.device) {
            let rows = embeddings.to(weights.dtype)
            if case (.same(let angle), .same(let cosine)) = (margin.angle, margin.cosine) {
                return fixedMargin(
                    .tensor(rows), .tensor(weights), .tensor(labels), .double(scale), .double(margin.multiplier),
                    .double(angle), .double(cosine), .string(margin.overflow.rawValue),
                    .bool(margin.gradient == .exact), .bool(products == .bf16))
            }
            let (value, slope) = margin.valueAndSlope(
                targetCosines(.tensor(rows), .tensor(weights), .tensor(labels)))
            return givenTargets(
                .tensor(rows), .tensor(weights), .tensor(labels), .tensor(value), .tensor(slope), .double(scale),
                .bool(products == .bf16))
        }
    }

    /// The mean cross entropy of logits `[N, C]`, which are overwritten at the labels by `target`, `[N]`.
    static func crossEntropy(_ logits: Tensor, _ labels: Tensor, target: Tensor) -> Tensor {
        logits.put(target.unsqueezed(1), at: labels.unsqueezed(1), along: 1)
        // The mean over an empty batch would be NaN; its sum is 0 and still belongs to the graph.
        return labels.count == 0 ? logits.sum() : logits.crossEntropy(labels)
    }
}
