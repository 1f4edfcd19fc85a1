/// Something in a recipe that cannot work, or that hardly will.
public struct Finding: Codable, Sendable, Equatable {
    /// How sure it is.
    public enum Severity: String, Codable, CaseIterable, Sendable {
        /// It cannot work.
        case error
        /// It may work, and most often does not.
        case warning
    }

    /// How sure it is.
    public let severity: Severity
    /// The setting at fault, as an override names it: `optimizers[0].learningRate`.
    public let setting: String
    /// What is wrong, with its numbers.
    public let problem: String
    /// What to do about it.
    public let remedy: String
}
