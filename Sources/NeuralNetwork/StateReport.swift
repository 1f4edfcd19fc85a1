public import Files
public import Torch

/// How named tensors from elsewhere fit the parameters and buffers of a module.
public struct StateReport: Sendable, Equatable {
    /// A tensor whose form is not the module's.
    public struct Mismatch: Sendable, Equatable {
        /// The name in the module.
        public let name: String
        /// What was offered.
        public let found: TensorForm
        /// What the module has.
        public let expected: TensorForm
    }

    /// The names that fit, sorted.
    public let loaded: [String]
    /// The module's names that were not offered, sorted.
    public let missing: [String]
    /// The names that were offered and the module does not have, sorted.
    public let unexpected: [String]
    /// What has another shape, or whole numbers where the module has real ones, sorted by name.
    public let mismatched: [Mismatch]
    /// What was taken off the offered names, such as `module.`.
    public let prefix: String

    /// Compares what is offered with what a module has.
    ///
    /// - Parameters:
    ///   - offered: the forms of the offered tensors by name.
    ///   - own: the forms of the module's parameters and buffers by name.
    ///   - prefix: what was taken off the offered names, for the report.
    public init(offering offered: [String: TensorForm], to own: [String: TensorForm], prefix: String = "") {
        var loaded: [String] = []
        var mismatched: [Mismatch] = []
        for (name, expected) in own {
            guard let found = offered[name] else { continue }
            if found.shape == expected.shape, found.dtype.isFloatingPoint == expected.dtype.isFloatingPoint {
                loaded.append(name)
            } else {
                mismatched.append(Mismatch(name: name, found: found, expected: expected))
            }
        }
        self.loaded = loaded.sorted()
        self.mismatched = mismatched.sorted { $0.name < $1.name }
        missing = own.keys.filter { offered[$0] == nil }.sorted()
        unexpected = offered.keys.filter { own[$0] == nil }.sorted()
        self.prefix = prefix
    }

    /// The error that says everything that does not fit, in one line; nil when all of it does.
    ///
    /// - Parameters:
    ///   - source: where the tensors come from.
    ///   - allowingMissing: the names that may be missing.
    ///   - remedy: what the user can do.
    public func error(
        from source: String, allowingMissing: (String) -> Bool = { _ in false }, remedy: @autoclosure () -> String
    ) -> UserFacingError? {
        var problems: [(name: String, text: String)] = []
        let missing = missing.filter { !allowingMissing($0) }
        if let first = missing.first {
            problems.append((first, "it is missing\(Self.others(missing, ", as "))"))
        }
        if let first = mismatched.first {
            let count = mismatched.count - 1
            problems.append(
                (first.name, Self.difference(first) + (count > 0 ? " (and \(count) more of other shapes)" : "")))
        }
        if let first = unexpected.first {
            problems.append((first, "the model has nothing of this name\(Self.others(unexpected, ", nor of "))"))
        }
        guard let first = problems.first else { return nil }
        let text = ([first.text] + problems.dropFirst().map { "\($0.name): \($0.text)" }).joined(separator: "; ")
        return UserFacingError(source, field: first.name, problem: text, remedy: remedy())
    }

    private static func difference(_ mismatch: Mismatch) -> String {
        guard mismatch.found.shape == mismatch.expected.shape else {
            return "its shape is \(mismatch.found.shape), the model's is \(mismatch.expected.shape)"
        }
        return "its elements are \(mismatch.found.dtype), the model's are \(mismatch.expected.dtype)"
    }

    /// The names after the first in short.
    private static func others(_ names: [String], _ lead: String) -> String {
        let rest = names.dropFirst()
        guard !rest.isEmpty else { return "" }
        let verb = lead == ", as " ? (rest.count == 1 ? "is " : "are ") : ""
        return lead + verb + rest.prefix(4).joined(separator: ", ")
            + (rest.count > 4 ? " and \(rest.count - 4) more" : "")
    }
}
