/// How far two embeddings are from each other.
public enum EmbeddingDistance: String, Sendable, Codable, CaseIterable {
    /// 1 less the cosine, from 0 to 2.
    case cosine

    /// The Euclidean distance.
    case euclidean
}
