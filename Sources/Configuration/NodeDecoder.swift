/// Decodes one ``Node`` and notes in the session which keys were asked for.
struct NodeDecoder: Decoder {
    let node: Node
    let path: [PathKey]
    let session: DecodingSession

    var codingPath: [any CodingKey] { path }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        guard case .mapping(let entries) = node.content else {
            throw DecodingError.invalid(
                path, "is \(node.described), expected a group of settings", "write it in braces, as {key: value}")
        }
        session.open(path)
        return KeyedDecodingContainer(KeyedNodeContainer<Key>(entries: entries, decoder: self))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard case .sequence(let elements) = node.content else {
            throw DecodingError.invalid(path, "is \(node.described), expected a list", "put it into brackets: [...]")
        }
        return UnkeyedNodeContainer(elements: elements, decoder: self)
    }

    func singleValueContainer() -> any SingleValueDecodingContainer {
        SingleNodeContainer(decoder: self)
    }

    func unbox<T: Decodable>(_ type: T.Type) throws -> T {
        if let scalar = type as? any ScalarSetting.Type {
            do {
                if let value = try scalar.read(node) as? T { return value }
            } catch let error as InvalidSetting {
                throw DecodingError.invalid(path, error.problem, error.remedy)
            }
        }
        do {
            return try T(from: self)
        } catch DecodingError.dataCorrupted(let context)
            where context.underlyingError == nil && context.codingPath.count == path.count
        {
            guard let names = caseNames(of: type), case .scalar(let text, _) = node.content else {
                throw DecodingError.dataCorrupted(context)
            }
            let error = InvalidSetting.unknownName(text, among: names)
            throw DecodingError.invalid(path, error.problem, error.remedy)
        }
    }

    func child(_ node: Node, _ key: PathKey) -> NodeDecoder {
        NodeDecoder(node: node, path: path + [key], session: session)
    }
}

private struct SingleNodeContainer: SingleValueDecodingContainer {
    let decoder: NodeDecoder
    var codingPath: [any CodingKey] { decoder.path }

    func decodeNil() -> Bool { decoder.node.isNull }

    func decode<T: Decodable>(_ type: T.Type) throws -> T { try decoder.unbox(type) }
}

private struct KeyedNodeContainer<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let decoder: NodeDecoder
    private let entries: [Node.Entry]
    private let values: [String: Node]

    init(entries: [Node.Entry], decoder: NodeDecoder) {
        self.decoder = decoder
        self.entries = entries
        values = Dictionary(entries.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
    }

    var codingPath: [any CodingKey] { decoder.path }
    var allKeys: [Key] { entries.compactMap { Key(stringValue: $0.key) } }

    func contains(_ key: Key) -> Bool {
        decoder.session.ask(key.stringValue, at: decoder.path)
        return values[key.stringValue] != nil
    }

    func decodeNil(forKey key: Key) throws -> Bool { try child(key).node.isNull }

    func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T { try child(key).unbox(type) }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> {
        try child(key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try child(key).unkeyedContainer()
    }

    func superDecoder() throws -> any Decoder { try child(named: "super") }

    func superDecoder(forKey key: Key) throws -> any Decoder { try child(key) }

    private func child(_ key: Key) throws -> NodeDecoder { try child(named: key.stringValue) }

    private func child(named name: String) throws -> NodeDecoder {
        decoder.session.ask(name, at: decoder.path)
        guard let value = values[name] else { throw missing(name) }
        return decoder.child(value, .name(name))
    }

    /// A key that is misspelt is both missing and unknown; the misspelling says more.
    private func missing(_ name: String) -> DecodingError {
        let strangers = entries.map(\.key).filter {
            Key(stringValue: $0) == nil && !decoder.session.wasAsked($0, at: decoder.path)
        }
        if let near = nearest(to: name, among: strangers) {
            return .unknown(near, at: decoder.path, "did you mean \(name)?")
        }
        return .keyNotFound(
            PathKey.name(name), .init(codingPath: decoder.path, debugDescription: "\(name) is missing"))
    }
}

private struct UnkeyedNodeContainer: UnkeyedDecodingContainer {
    let elements: [Node]
    let decoder: NodeDecoder
    private(set) var currentIndex = 0

    init(elements: [Node], decoder: NodeDecoder) {
        self.elements = elements
        self.decoder = decoder
    }

    var codingPath: [any CodingKey] { decoder.path }
    var count: Int? { elements.count }
    var isAtEnd: Bool { currentIndex == elements.count }

    mutating func decodeNil() throws -> Bool {
        let isNull = try current().node.isNull
        if isNull { currentIndex += 1 }
        return isNull
    }

    mutating func decode<T: Decodable>(_ type: T.Type) throws -> T {
        try advancing { try $0.unbox(type) }
    }

    mutating func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type
    ) throws -> KeyedDecodingContainer<Nested> {
        try advancing { try $0.container(keyedBy: type) }
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        try advancing { try $0.unkeyedContainer() }
    }

    mutating func superDecoder() throws -> any Decoder {
        try advancing { $0 }
    }

    private mutating func advancing<Result>(_ body: (NodeDecoder) throws -> Result) throws -> Result {
        let result = try body(try current())
        currentIndex += 1
        return result
    }

    private func current() throws -> NodeDecoder {
        guard !isAtEnd else {
            throw DecodingError.invalid(
                decoder.path, "has \(elements.count) entries, expected more", "add the missing entries")
        }
        return decoder.child(elements[currentIndex], .index(currentIndex))
    }
}
