import Torch

/// Cross entropy over scaled cosines of which the target's has a margin.
enum MarginSoftmax {
    private static let fusedOperator = Operator("hypersphere::margin_softmax")

    /// The mean cross entropy of embeddings `[N, D]` beside class vectors `[C, D]`, with the margin on the target alone; 0
    /// for an empty batch.
    static func loss(
        embeddings: Tensor, weights: Tensor, labels: Tensor, margin: AngularMargin, scale: Double
    ) -> Tensor {
        withPrecision(.fp32, on: embeddings.device) {
            let rows = embeddings.to(weights.dtype)
            let targets = withoutGradients {
                (rows.shortened().rows.normalised() * weights.gathered(labels).normalised()).sum(along: [1])
                    .heldAsCosines()
            }
            let (value, slope) = margin.valueAndSlope(targets)
            return fusedOperator(
                .tensor(rows), .tensor(weights), .tensor(labels), .tensor(value), .tensor(slope), .double(scale),
                .bool(false))
        }
    }

    /// The mean cross entropy of logits `[N, C]`, which are overwritten at the labels by `target`, `[N]`.
    static func crossEntropy(_ logits: Tensor, _ labels: Tensor, target: Tensor) -> Tensor {
        logits.put(target.unsqueezed(1), at: labels.unsqueezed(1), along: 1)
        // The mean over an empty batch would be NaN; its sum is 0 and still belongs to the graph.
        return labels.count == 0 ? logits.sum() : logits.crossEntropy(labels)
    }
}
