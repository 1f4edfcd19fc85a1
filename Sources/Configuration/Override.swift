import Files
import Foundation

/// One `key=value` of the command line.
struct Override {
    enum Step {
        case key(String)
        case index(Int)
    }

    let text: String
    let path: [Step]
    let value: Node

    init(_ text: String) throws {
        self.text = text
        guard let equals = text.firstIndex(of: "=") else {
            throw UserFacingError(
                text, problem: "is no override: it has no =", remedy: "write key=value, such as epochs=5")
        }
        guard equals != text.startIndex else {
            throw UserFacingError(text, problem: "has no key before =", remedy: "write key=value, such as epochs=5")
        }
        path = try Self.path(String(text[..<equals]), of: text)
        value = try Self.value(String(text[text.index(after: equals)...]), of: text)
    }

    private static func path(_ written: String, of text: String) throws -> [Step] {
        let malformed = UserFacingError(
            text, problem: "\(written) is no path to a setting",
            remedy: "write it as in optimizers[0].learningRate=0.01")
        var steps: [Step] = []
        for part in written.split(separator: ".", omittingEmptySubsequences: false) {
            guard let match = part.wholeMatch(of: /([^\[\]\s]+)((?:\[[0-9]+\])*)/) else { throw malformed }
            steps.append(.key(String(match.1)))
            for index in match.2.matches(of: /[0-9]+/) {
                guard let number = Int(index.0) else { throw malformed }
                steps.append(.index(number))
            }
        }
        return steps
    }

    private static func value(_ written: String, of text: String) throws -> Node {
        let value = written.trimmingCharacters(in: .whitespaces)
        guard let first = value.first else {
            throw UserFacingError(
                text, problem: "has no value after =", remedy: "write one; \"\" is an empty text, null is nothing")
        }
        guard "[{\"'".contains(first) else {
            return Node(content: .scalar(value, isPlain: true), override: text)
        }
        var parser = NodeParser(source: text, override: text)
        guard let node = try parser.parse(value) else {
            throw UserFacingError(text, problem: "has no value after =", remedy: "write one")
        }
        return node
    }

    /// `node` with the value set at `steps` below it; `place` is where `node` stands, for messages.
    func applied(to node: Node, below place: String, _ steps: ArraySlice<Step>) throws -> Node {
        guard let step = steps.first else { return value }
        let rest = steps.dropFirst()
        var node = node
        switch (step, node.content) {
        case (.key(let key), _) where node.isNull:
            let added = try applied(to: .null, below: joined(place, key), rest)
            return Node(content: .mapping([Node.Entry(key: key, value: added)]), override: text)
        case (.key(let key), .mapping(var entries)):
            let position = entries.firstIndex { $0.key == key }
            let old = position.map { entries[$0].value } ?? .null
            let new = try applied(to: old, below: joined(place, key), rest)
            if let position {
                entries[position].value = new
            } else {
                entries.append(Node.Entry(key: key, value: new))
            }
            node.content = .mapping(entries)
            return node
        case (.index(let index), .sequence(var elements)):
            guard elements.indices.contains(index) else {
                throw UserFacingError(
                    text, problem: "\(place) has \(elements.count) entries, so there is no \(place)[\(index)]",
                    remedy: elements.isEmpty
                        ? "write the whole list, as in \(place)=[...]" : "use an index from 0 to \(elements.count - 1)")
            }
            elements[index] = try applied(to: elements[index], below: "\(place)[\(index)]", rest)
            node.content = .sequence(elements)
            return node
        case (.key(let key), .sequence(let elements)):
            throw UserFacingError(
                text, problem: "\(place) is a list of \(elements.count)",
                remedy: "say which entry, as in \(place)[0].\(key)")
        case (.key(let key), .scalar):
            throw UserFacingError(
                text, problem: "\(place) is \(node.described), so it has no \(key)",
                remedy: "override \(place) itself, or remove .\(key)")
        case (.index(let index), _):
            let problem = node.isNull ? "\(place) is not there" : "\(place) is \(node.described)"
            throw UserFacingError(
                text, problem: "\(problem), so it has no entry [\(index)]",
                remedy: node.isNull ? "write the whole list, as in \(place)=[...]" : "remove [\(index)]")
        }
    }

    private func joined(_ place: String, _ key: String) -> String {
        place.isEmpty ? key : "\(place).\(key)"
    }
}

extension Node {
    static let null = Node(content: .scalar("", isPlain: true))
}
