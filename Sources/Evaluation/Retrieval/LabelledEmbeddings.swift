public import Torch

/// Embeddings with the class of each, and optionally a group, such as the camera that took the picture.
public struct LabelledEmbeddings {
    /// The embeddings, `[N, D]`, of any floating-point type.
    public let embeddings: Tensor
    /// The class of each, `[N]`: any 64-bit numbers.
    public let labels: [Int64]
    /// The group of each, `[N]`, nil for one of none; nil when there are no groups.
    public let groups: [Int64?]?

    /// Brings embeddings and their classes together.
    ///
    /// - Parameters:
    ///   - embeddings: `[N, D]`.
    ///   - labels: the class of each, `[N]`.
    ///   - groups: the group of each, `[N]`, nil for one of none; or nil.
    /// - Precondition: there is a label, and where there are groups a group, for each row.
    public init(_ embeddings: Tensor, labels: [Int64], groups: [Int64?]? = nil) {
        let rows = embeddings.rank == 0 ? 1 : embeddings.size(0)
        require(
            labels.count == rows, "LabelledEmbeddings: \(labels.count) labels for embeddings \(embeddings.signature)")
        if let groups {
            require(
                groups.count == rows,
                "LabelledEmbeddings: \(groups.count) groups for embeddings \(embeddings.signature)")
        }
        self.embeddings = embeddings
        self.labels = labels
        self.groups = groups
    }
}
