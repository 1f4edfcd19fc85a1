/// What one decoding asked of each group of settings, to find the keys that nothing asked for.
final class DecodingSession {
    private var asked: [[PathKey]: AskedKeys] = [:]

    private struct AskedKeys {
        var ordered: [String] = []
        var all: Set<String> = []
    }

    func open(_ path: [PathKey]) {
        if asked[path] == nil { asked[path] = AskedKeys() }
    }

    func ask(_ key: String, at path: [PathKey]) {
        if asked[path, default: AskedKeys()].all.insert(key).inserted {
            asked[path]?.ordered.append(key)
        }
    }

    func wasAsked(_ key: String, at path: [PathKey]) -> Bool {
        asked[path]?.all.contains(key) ?? false
    }

    /// The error of the first key below `node` that nothing asked for; groups that nothing opened are passed over.
    func unknownKey(in node: Node, at path: [PathKey]) -> DecodingError? {
        switch node.content {
        case .scalar:
            return nil
        case .sequence(let elements):
            for (index, element) in elements.enumerated() {
                if let error = unknownKey(in: element, at: path + [.index(index)]) { return error }
            }
        case .mapping(let entries):
            guard let asked = asked[path] else { return nil }
            for entry in entries {
                if !asked.all.contains(entry.key) {
                    return .unknown(entry.key, at: path, suggestion(for: entry.key, among: asked.ordered))
                }
                if let error = unknownKey(in: entry.value, at: path + [.name(entry.key)]) { return error }
            }
        }
        return nil
    }
}

extension DecodingError {
    static func unknown(_ key: String, at path: [PathKey], _ remedy: String) -> DecodingError {
        .invalid(path + [.name(key)], "is not a setting here", remedy)
    }
}
