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

    /// How to name a kind with its defaults: whoever changes the name alone keeps the settings of the kind before it.
    private func anew(_ entries: [Node.Entry], at path: [PathKey]) -> String {
        guard case .name(let group)? = path.last,
            case .scalar(let name, _)? = entries.first(where: { $0.key == "name" })?.value.content
        else { return "" }
        return "; for its defaults write \(group)={name: \(name)}"
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
                    let remedy = suggestion(for: entry.key, among: asked.ordered)
                    let isFar = nearest(to: entry.key, among: asked.ordered) == nil
                    return .unknown(entry.key, at: path, remedy + (isFar ? anew(entries, at: path) : ""))
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
