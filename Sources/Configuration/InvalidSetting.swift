/// What is wrong with a setting and what to do about it, for the underlying error of a `DecodingError`.
///
/// ``ConfigurationDocument/decode(_:)`` takes problem and remedy from it, and the path from the `DecodingError`.
public struct InvalidSetting: Error, Equatable, Sendable {
    /// What is wrong, with the value that was found.
    public let problem: String

    /// What the user can do about it.
    public let remedy: String

    /// Creates the description of a setting's fault.
    public init(problem: String, remedy: String) {
        self.problem = problem
        self.remedy = remedy
    }
}

extension DecodingError {
    static func invalid(_ path: [any CodingKey], _ problem: String, _ remedy: String) -> DecodingError {
        .dataCorrupted(
            Context(
                codingPath: path, debugDescription: "\(problem); \(remedy)",
                underlyingError: InvalidSetting(problem: problem, remedy: remedy)))
    }
}
