/// By what two embeddings are close.
///
/// Values are computed in 64 bits from 32-bit embeddings and rounded once to 32 bits, so that two neighbours tie where their
/// values are the same 32-bit number.
public enum EmbeddingMetric: String, Sendable, CaseIterable, Codable {
    /// The cosine of the angle, from -1 to 1: greater is closer. That of an embedding of length 0 is 0 beside every other.
    case cosine
    /// The length of the difference, from 0: less is closer.
    case euclidean
    /// The dot product of embeddings as they are: greater is closer.
    case dotProduct = "dot"

    /// Whether the greater of two values is the closer one.
    public var largerMeansCloser: Bool { self != .euclidean }
}
