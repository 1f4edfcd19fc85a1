/// An image that could not be used, and why.
public struct BrokenImage: Sendable, Equatable {
    /// What a loader does about such a file.
    public enum Policy: String, Sendable, CaseIterable, Codable {
        /// Its batch comes without it and names it.
        case skip
        /// The error stops the run.
        case stop
    }

    /// The image's index in its set.
    public let index: Int

    /// The file.
    public let path: String

    /// The error, in one line.
    public let reason: String
}
