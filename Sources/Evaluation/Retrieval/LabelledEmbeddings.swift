import Files
public import Torch

/// Embeddings with the class of each, and optionally a group, such as the camera that took the picture.
public struct LabelledEmbeddings {
    /// The embeddings, `[N, D]`, of any floating-point type.
    public let embeddings: Tensor
    /// The class of each, `[N]`: any 64-bit numbers.
    public let labels: [Int64]
    /// The group of each, `[N]`; nil when there are none.
    public let groups: [Int64]?

    /// Brings embeddings and their classes together.
    ///
    /// - Parameters:
    ///   - embeddings: `[N, D]`.
    ///   - labels: the class of each, `[N]`.
    ///   - groups: the group of each, `[N]`, or nil.
    /// - Throws: `UserFacingError` when the numbers of rows, labels and groups differ.
    public init(_ embeddings: Tensor, labels: [Int64], groups: [Int64]? = nil) throws {
        let rows = embeddings.rank == 0 ? 1 : embeddings.size(0)
        guard labels.count == rows else {
            throw UserFacingError(
                "labels", problem: "there are \(labels.count) for \(rows) embeddings", remedy: "give one for each")
        }
        if let groups, groups.count != rows {
            throw UserFacingError(
                "groups", problem: "there are \(groups.count) for \(rows) embeddings", remedy: "give one for each")
        }
        self.embeddings = embeddings
        self.labels = labels
        self.groups = groups
    }
}
