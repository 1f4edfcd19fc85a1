/// An error that a user can act on: what it is about, which part of it, what is wrong and what to do.
///
/// Everything that reads user input, files or devices throws this type. Its description is one line, which the
/// command line prints as it is.
public struct UserFacingError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What the error is about: usually a path; otherwise a device, a recipe or an argument, as the user wrote it.
    public let subject: String

    /// The part of the subject that is at fault, such as `header length` or `optimizers[0].learningRate`.
    public let field: String?

    /// What is wrong, with the values that were found and expected.
    public let problem: String

    /// What the user can do about it.
    public let remedy: String

    /// Creates an error about `subject`.
    public init(_ subject: String, field: String? = nil, problem: String, remedy: String) {
        self.subject = subject
        self.field = field
        self.problem = problem
        self.remedy = remedy
    }

    /// The error as one line: subject, field, problem, remedy.
    public var description: String {
        let place = field.map { "\(subject): \($0)" } ?? subject
        let line = "\(place): \(problem); \(remedy)"
        return line.split(whereSeparator: \.isNewline).joined(separator: " ")
    }
}
