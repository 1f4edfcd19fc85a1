import Torch

/// Chooses how pairs of embeddings are compared: by the kernels for the processor, or by tensor operations elsewhere.
struct NeighbourSearch {
    /// What closeness is.
    let metric: EmbeddingMetric
    /// The bound of temporary memory in bytes.
    let memory: Int
    /// Whether blocks may be multiplied in bfloat16 where the processor does it faster; results are the same.
    var allowsBFloat16 = true
    /// Whether the kernels for the processor are used where they can be.
    var allowsKernels = true

    private static let nearestOperator = Operator("hypersphere::nearest")
    private static let hitRanksOperator = Operator("hypersphere::hit_ranks")

    /// Scores, greater where closer, and gallery rows of the nearest, both `[N, count]`; rows of -1 where there are fewer.
    func nearest(
        _ queries: Tensor, _ gallery: Tensor, count: Int, removing removed: RemovedPairs
    ) -> (scores: [Float], ids: [Int64]) {
        withoutGradients {
            guard queries.size(0) > 0 else { return ([], []) }
            guard allowsKernels && queries.device == .cpu else {
                return TensorSearch(metric: metric, memory: memory)
                    .nearest(queries, gallery, count: count, removing: removed)
            }
            let results = Self.nearestOperator.tensors(
                .tensor(queries), .tensor(gallery), .tensor(Tensor(removed.queries)),
                .tensor(Tensor(removed.gallery)), .int(count), .string(metric.rawValue), .int(memory),
                .bool(allowsBFloat16))
            return (results[0].array(of: Float.self), results[1].array(of: Int64.self))
        }
    }

    /// The ranks, from 1, at which the hits of each query stand in the order of the whole gallery.
    func hitRanks(
        _ queries: Tensor, _ gallery: Tensor, labels: [Int64], galleryLabels: [Int64], removing removed: RemovedPairs
    ) -> HitRanks {
        withoutGradients {
            guard allowsKernels && queries.device == .cpu else {
                return TensorSearch(metric: metric, memory: memory)
                    .hitRanks(queries, gallery, labels: labels, galleryLabels: galleryLabels, removing: removed)
            }
            let results = Self.hitRanksOperator.tensors(
                .tensor(queries), .tensor(gallery), .tensor(Tensor(labels)), .tensor(Tensor(galleryLabels)),
                .tensor(Tensor(removed.queries)), .tensor(Tensor(removed.gallery)), .string(metric.rawValue),
                .int(memory))
            return HitRanks(
                ranks: results[0].array(of: Int64.self), counts: results[1].array(of: Int64.self),
                isTied: results[2].array(of: Bool.self))
        }
    }
}
