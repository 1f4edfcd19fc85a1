import Files
import Foundation
import Yams

/// Turns YAML text into a ``Node`` tree, with limits that a settings file never reaches and a hostile one does.
struct NodeParser {
    static let maximumBytes = 1 << 20
    static let maximumNodes = 100_000
    static let maximumDepth = 50

    private static let tags: Set = ["null", "bool", "int", "float", "str", "seq", "map", "merge", "value", "timestamp"]

    let source: String
    let override: String?
    private var nodes = 0

    init(source: String, override: String? = nil) {
        self.source = source
        self.override = override
    }

    /// The tree of the only document in `yaml`; nil when there is none.
    mutating func parse(_ yaml: String) throws -> Node? {
        guard yaml.utf8.count <= Self.maximumBytes else {
            throw UserFacingError(
                source, problem: "is larger than 1 MiB", remedy: "name a settings file; data does not belong into one")
        }
        try refuseCollectionsAsKeys(yaml)
        do {
            let parser = try Parser(yaml: yaml, encoding: .utf8)
            return try parser.singleRoot().map { try convert($0, depth: 0) }
        } catch let error as YamlError {
            throw userFacing(error, in: yaml)
        }
    }

    /// The YAML library hashes keys to compare them, which takes for ever when a key is a pile of nested aliases.
    private func refuseCollectionsAsKeys(_ yaml: String) throws {
        guard yaml.utf8.contains(UInt8(ascii: "*")) else { return }
        let references = yaml.matches(of: /(^|[\s\[{,:?-])\*[^\s,\[\]{}]/.anchorsMatchLineEndings())
        guard references.count >= 8 else { return }
        let key = /(^|[-\[{,:?]\s)\s*\?\s|[\]}]\s*:|\*[^\s,\[\]{}]+\s*:(\s|$)|\{\s*\*|,\s*\*[^\s,\[\]{}]+\s*\}/
        if let match = yaml.firstMatch(of: key.anchorsMatchLineEndings()) {
            let line = yaml[..<match.range.lowerBound].count { $0.isNewline } + 1
            throw UserFacingError(
                "\(source):\(line)", problem: "a list, a group or an alias stands where a key should",
                remedy: "write keys as plain words")
        }
    }

    private mutating func convert(_ node: Yams.Node, depth: Int) throws -> Node {
        nodes += 1
        guard nodes <= Self.maximumNodes else {
            throw error(
                at: node.mark, "has more than \(Self.maximumNodes) values, aliases followed",
                "use fewer aliases inside aliases")
        }
        guard depth <= Self.maximumDepth else {
            throw error(at: node.mark, "is nested deeper than \(Self.maximumDepth) levels", "make it flatter")
        }
        switch node {
        case .scalar(let scalar):
            try check(scalar.tag, at: scalar.mark)
            let isPlain = scalar.style == .plain && scalar.tag.rawValue != Tag.Name.str.rawValue
            return Node(content: .scalar(scalar.string, isPlain: isPlain), override: override)
        case .sequence(let sequence):
            try check(sequence.tag, at: sequence.mark)
            let elements = try sequence.map { try convert($0, depth: depth + 1) }
            return Node(content: .sequence(elements), override: override)
        case .mapping(let mapping):
            try check(mapping.tag, at: mapping.mark)
            return Node(content: .mapping(try entries(of: mapping, depth: depth)), override: override)
        case .alias(let alias):
            throw error(at: alias.mark, "has an alias that leads nowhere", "define the anchor above it")
        }
    }

    /// The entries of `mapping`, then what merge keys (`<<`) add to them; own entries win over merged ones.
    private mutating func entries(of mapping: Yams.Node.Mapping, depth: Int) throws -> [Node.Entry] {
        var entries: [Node.Entry] = []
        var merged: [Node.Entry] = []
        var keys: Set<String> = []
        for (key, value) in mapping {
            guard case .scalar(let scalar) = key else {
                throw error(at: key.mark, "a list or a group stands where a key should", "write keys as plain words")
            }
            if scalar.string == "<<" && scalar.style == .plain {
                merged += try mergedEntries(from: try convert(value, depth: depth + 1), at: key.mark)
                continue
            }
            guard keys.insert(scalar.string).inserted else {
                throw error(
                    at: scalar.mark, "the key \(scalar.string.abbreviated) is there twice", "remove one of the two")
            }
            entries.append(Node.Entry(key: scalar.string, value: try convert(value, depth: depth + 1)))
        }
        for entry in merged where keys.insert(entry.key).inserted { entries.append(entry) }
        return entries
    }

    private func mergedEntries(from node: Node, at mark: Mark?) throws -> [Node.Entry] {
        switch node.content {
        case .mapping(let entries):
            return entries
        case .sequence(let elements):
            return try elements.flatMap { element in
                guard case .mapping(let entries) = element.content else { throw notMergeable(at: mark) }
                return entries
            }
        case .scalar:
            throw notMergeable(at: mark)
        }
    }

    private func notMergeable(at mark: Mark?) -> UserFacingError {
        error(
            at: mark, "<< merges something that is not a group of settings",
            "give it an alias of a group, as in <<: *base")
    }

    private func check(_ tag: Tag, at mark: Mark?) throws {
        let name = tag.rawValue
        let standard = "tag:yaml.org,2002:"
        let isKnown = name.hasPrefix(standard) && Self.tags.contains(String(name.dropFirst(standard.count)))
        guard name.isEmpty || name == "!" || isKnown else {
            throw error(at: mark, "the tag \(name.abbreviated) means nothing here", "remove it")
        }
    }

    private func error(at mark: Mark?, _ problem: String, _ remedy: String) -> UserFacingError {
        UserFacingError(place(mark), problem: problem, remedy: remedy)
    }

    /// `recipe.yaml:3:7`; an override is one line that the user sees as a whole.
    private func place(_ mark: Mark?) -> String {
        guard let mark, override == nil else { return override ?? source }
        return "\(source):\(mark.line):\(mark.column)"
    }

    private func userFacing(_ error: YamlError, in yaml: String) -> UserFacingError {
        switch error {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            let message = context.map { "\(problem) (\($0.text), line \($0.mark.line))" } ?? problem
            return self.error(
                at: mark, "is not valid YAML: \(message)", "check indentation, colons, quotes and brackets there")
        case .reader(let problem, let offset, _, _):
            let before = yaml.prefix(offset ?? 0)
            let line = before.count { $0.isNewline } + 1
            let column = before.reversed().prefix { !$0.isNewline }.count + 1
            return UserFacingError(
                override ?? "\(source):\(line):\(column)", problem: "is not valid YAML: \(problem)",
                remedy: "remove the character there")
        case .duplicatedKeysInMapping(let keys, let context):
            let names = keys.map(\.abbreviated).joined(separator: ", ")
            return self.error(at: context.mark, "the key \(names) is there twice", "remove one of the two")
        default:
            return self.error(at: nil, "cannot be read as YAML: \(error)", "check that it is a YAML text file")
        }
    }
}
