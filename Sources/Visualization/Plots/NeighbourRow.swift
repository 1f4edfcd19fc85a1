/// A query and what was found nearest to it, as a row of a ``NeighbourSheet``.
public struct NeighbourRow: Sendable, Equatable {
    /// A sample that was found.
    public struct Neighbour: Sendable, Equatable {
        /// Its image.
        public let image: SampleImage
        /// The name of its class, or its own.
        public let className: String
        /// How similar it is to the query, such as the cosine of their embeddings.
        public let similarity: Double
        /// Whether it is of the query's class; nil where that is not known.
        public let isRight: Bool?

        /// Creates a neighbour.
        public init(image: SampleImage, className: String, similarity: Double, isRight: Bool? = nil) {
            self.image = image
            self.className = className
            self.similarity = similarity
            self.isRight = isRight
        }
    }

    /// The query's image.
    public let query: SampleImage
    /// The name of the query's class, or its own.
    public let className: String
    /// What was found, the nearest first `[k]`.
    public let neighbours: [Neighbour]

    /// Creates a row.
    public init(query: SampleImage, className: String, neighbours: [Neighbour]) {
        self.query = query
        self.className = className
        self.neighbours = neighbours
    }
}
