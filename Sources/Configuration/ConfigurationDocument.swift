import Files

/// Settings from YAML text, with single values overridden, on their way to a typed value.
///
/// Every mistake is an error that names the place and the remedy: besides what YAML itself forbids, that is a key which
/// nothing asked for, a value of the wrong type, and a key that is there twice.
public struct ConfigurationDocument: Sendable {
    let source: String
    private(set) var root: Node

    /// Reads the text of a settings file.
    ///
    /// - Parameters:
    ///   - yaml: the text; its root is a mapping. Anchors, aliases and merge keys are followed.
    ///   - source: the file's path, for error messages.
    /// - Throws: `UserFacingError` with file, line and column when the text is not YAML, is empty, has another root or a
    ///   duplicate key, or is too large or too deep for settings.
    public init(yaml: String, source: String) throws {
        var parser = NodeParser(source: source)
        guard let root = try parser.parse(yaml), !root.isNull else {
            throw UserFacingError(source, problem: "is empty", remedy: "write settings into it, such as: epochs: 5")
        }
        guard case .mapping = root.content else {
            throw UserFacingError(
                source, problem: "is \(root.described), not settings", remedy: "begin with a key, such as: epochs: 5")
        }
        self.source = source
        self.root = root
    }

    /// Overrides one value: `epochs=5`, `optimizers[0].learningRate=0.01`, `mean=[0.5, 0.5]`.
    ///
    /// What follows `=` is read as YAML when it begins with a quotation mark, a bracket or a brace, and is taken as it
    /// stands otherwise. A key that is not there is added; whether it means anything shows when decoding.
    ///
    /// - Throws: `UserFacingError` that names the override when it has no `=`, a malformed path, a list index that is not
    ///   there, or leads into a single value.
    public mutating func set(_ override: String) throws {
        let change = try Override(override)
        root = try change.applied(to: root, below: "", change.path[...])
    }

    /// The settings as a `T`.
    ///
    /// - Throws: `UserFacingError` with the full path of the setting when one is missing, has the wrong type or an
    ///   unaccepted value, or is not asked for by `T`.
    public func decode<T: Decodable>(_ type: T.Type) throws -> T {
        let session = DecodingSession()
        let decoder = NodeDecoder(node: root, path: [], session: session)
        let value: T
        do {
            value = try decoder.unbox(type)
        } catch let error as DecodingError {
            throw userFacing(error)
        }
        if let error = session.unknownKey(in: root, at: []) { throw userFacing(error) }
        return value
    }

    private func userFacing(_ error: DecodingError) -> UserFacingError {
        let context: DecodingError.Context
        var remedy = "correct it"
        var path: [any CodingKey]
        switch error {
        case .dataCorrupted(let found), .valueNotFound(_, let found), .typeMismatch(_, let found):
            context = found
            path = found.codingPath
        case .keyNotFound(let key, let found):
            context = found
            path = found.codingPath + [key]
        @unknown default:
            return UserFacingError(source, problem: "\(error)", remedy: remedy)
        }
        var problem = context.debugDescription
        if let setting = context.underlyingError as? InvalidSetting {
            problem = setting.problem
            remedy = setting.remedy
        } else if case .keyNotFound = error {
            problem = "is missing"
            remedy = "add it"
        }
        return UserFacingError(
            origin(of: path), field: path.isEmpty ? nil : NodePath.text(path), problem: problem, remedy: remedy)
    }

    /// The override that gave the value at `path`, or the file.
    private func origin(of path: [any CodingKey]) -> String {
        var node = root
        descent: for key in path {
            switch node.content {
            case .mapping(let entries):
                guard let entry = entries.first(where: { $0.key == key.stringValue }) else { break descent }
                node = entry.value
            case .sequence(let elements):
                guard let index = key.intValue, elements.indices.contains(index) else { break descent }
                node = elements[index]
            case .scalar:
                break descent
            }
        }
        return node.override ?? source
    }
}
