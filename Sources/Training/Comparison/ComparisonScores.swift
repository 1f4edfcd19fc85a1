import Files
import Foundation

/// What one training of a comparison came to.
public struct ComparisonScores: Codable, Sendable, Equatable {
    /// The share of the test images of the classes it learnt that the head gets right.
    public let accuracy: Double
    /// How well test images find their class, each among all others, by the cosine of their embeddings.
    public let retrieval: Retrieval
    /// How well classes that it never saw are told apart; nil where it learnt all.
    public let unknown: Unknown?
    /// How long training and measuring took, in seconds.
    public let seconds: Double

    /// Means over test images.
    public struct Retrieval: Codable, Sendable, Equatable {
        /// The share whose nearest other image is of their class.
        public let precisionAt1: Double
        /// MAP@R.
        public let meanAveragePrecisionAtR: Double
    }

    /// Of scores by the nearest embedding of a training image; test images of known and unknown classes.
    public struct Unknown: Codable, Sendable, Equatable {
        /// AUROC by the cosine.
        public let areaByCosine: Double
        /// AUROC by the Euclidean distance.
        public let areaByDistance: Double
        /// The share of images of unknown classes that are accepted, by the cosine, where 95 % of the known are.
        public let falseAcceptance: Double
    }

    /// What the file at `path` says; nil when it is not there.
    ///
    /// - Throws: `UserFacingError` when the file cannot be read.
    static func read(_ path: String) throws -> ComparisonScores? {
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        do {
            return try JSONDecoder().decode(ComparisonScores.self, from: InputFile.map(path))
        } catch is DecodingError {
            throw UserFacingError(path, problem: "cannot be read", remedy: "remove it, and the run is measured again")
        }
    }

    func write(to path: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        try AtomicFile.write(encoder.encode(self), to: path)
    }
}
