/// What an ``UnknownScorer`` reads.
public enum UnknownScorerInput: String, Sendable {
    /// Embeddings `[N, D]`.
    case embeddings

    /// What the classifier gives before softmax, `[N, C]`.
    case logits
}
