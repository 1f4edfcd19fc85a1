/// Which score a threshold was calibrated for, and which side of it is accepted.
public struct ScoreKind: Sendable, Equatable, Codable {
    /// Which way a score grows.
    public enum Direction: String, Sendable, Codable {
        /// A higher score speaks for acceptance, as a cosine does.
        case higherIsAccepted
        /// A lower score speaks for acceptance, as a distance or an ``UnknownScorer``'s does.
        case lowerIsAccepted
    }

    /// What is measured, such as `cosine` or `nearest-euclidean`.
    public let name: String

    /// Which way it grows.
    public let direction: Direction

    /// Names a score.
    ///
    /// - Parameters:
    ///   - name: what is measured.
    ///   - direction: which way it grows.
    public init(name: String, direction: Direction) {
        self.name = name
        self.direction = direction
    }

    /// The score of a scorer, which is lower for the known samples that are accepted.
    ///
    /// - Parameter scorer: says how unknown samples look.
    public init(_ scorer: some UnknownScorer) {
        self.init(name: scorer.name, direction: .lowerIsAccepted)
    }
}
