/// One small classification task: a few classes, a few examples of each, and samples to be named.
public struct Episode: Sendable, Equatable {
    /// The labels of the classes.
    public let classes: [Int64]

    /// The rows of the examples of each class, `[N][K]`.
    public let support: [[Int]]

    /// The rows to be named of each class, `[N][Q]`, none of them an example.
    public let queries: [[Int]]
}
