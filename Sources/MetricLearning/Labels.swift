import Torch

extension Tensor {
    /// Traps unless the tensor is `[N]` int64 labels for embeddings `[N, D]`, each within `0..<classes`.
    ///
    /// The range is looked at on the processor only: on a GPU that would wait for all work before it. There libtorch's
    /// kernels that index by labels check them, and what compares labels takes wrong ones for classes that are not there.
    func checkLabels(for embeddings: Tensor, dimension: Int, classes: Int, _ operation: String) {
        require(
            embeddings.rank == 2 && embeddings.size(1) == dimension,
            "\(operation): expected embeddings [N, \(dimension)], got \(embeddings.signature)")
        require(
            dtype == .int64 && rank == 1 && size(0) == embeddings.size(0),
            "\(operation): expected labels [\(embeddings.size(0))] int64, got \(signature)")
        guard device == .cpu, count > 0 else { return }
        let least = Int(minimum().item())
        let greatest = Int(maximum().item())
        require(
            least >= 0 && greatest < classes,
            "\(operation): expected labels in 0..<\(classes), got \(least) to \(greatest)")
    }
}
