/// A head, loss, miner or sampler that a recipe can name.
public struct Method: Codable, Sendable, Equatable {
    /// Where in a recipe it is named.
    public enum Family: String, Codable, CaseIterable, Sendable {
        /// In `head`.
        case head
        /// In `losses`.
        case loss
        /// In the `miner` of a loss.
        case miner
        /// In the `sampler` of `data`.
        case sampler
    }

    /// A key of its settings.
    public struct Setting: Codable, Sendable, Equatable {
        /// The key.
        public let name: String
        /// The value where a recipe does not say, as a recipe writes it.
        public let value: String
        /// All values there are, where they are words; empty otherwise.
        public let choices: [String]
    }

    /// Where in a recipe it is named.
    public let family: Family
    /// The name in a recipe.
    public let name: String
    /// What it does, in one line.
    public let summary: String
    /// What it computes.
    public let formula: String
    /// Who published it and where.
    public let source: String
    /// The keys of its settings, in the order in which recipes write them.
    public let settings: [Setting]
}
