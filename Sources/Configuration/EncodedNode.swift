/// A place that an encoder fills: shared by reference, because containers are written to after they are handed out.
final class EncodedNode {
    enum Content {
        case nothing
        case null
        case literal(String)
        case text(String)
        case sequence([EncodedNode])
        case mapping([(key: String, value: EncodedNode)])
    }

    var content = Content.nothing

    /// Writes `value` here.
    func fill<T: Encodable>(with value: T, at path: [PathKey]) throws {
        if let scalar = value as? any ScalarEncodable {
            content = scalar.encoded
        } else if let dictionary = value as? any TextKeyed {
            content = .mapping([])
            for (key, element) in dictionary.sorted() {
                try self[key].fill(with: element, at: path + [.name(key)])
            }
        } else {
            try value.encode(to: NodeEncoder(node: self, path: path))
            if case .nothing = content {
                throw EncodingError.invalidValue(
                    value, .init(codingPath: path, debugDescription: "\(T.self) encoded nothing"))
            }
        }
    }

    /// The place of `key`, made if need be, in what becomes a mapping.
    subscript(key: String) -> EncodedNode {
        let node = EncodedNode()
        guard case .mapping(var entries) = content else {
            content = .mapping([(key, node)])
            return node
        }
        if let old = entries.first(where: { $0.key == key }) { return old.value }
        entries.append((key, node))
        content = .mapping(entries)
        return node
    }

    /// A new place at the end of what becomes a sequence.
    func append() -> EncodedNode {
        let node = EncodedNode()
        var elements: [EncodedNode] = []
        if case .sequence(let old) = content { elements = old }
        // Released first, so that appending does not copy all the others.
        content = .nothing
        elements.append(node)
        content = .sequence(elements)
        return node
    }
}

/// A dictionary whose keys are text; its own `encode(to:)` would write them in hash order.
private protocol TextKeyed {
    func sorted() -> [(String, any Encodable)]
}

extension Dictionary: TextKeyed where Key == String, Value: Encodable {
    fileprivate func sorted() -> [(String, any Encodable)] {
        keys.sorted().compactMap { key in self[key].map { (key, $0) } }
    }
}

/// A type that is written as one scalar.
private protocol ScalarEncodable {
    var encoded: EncodedNode.Content { get }
}

extension Bool: ScalarEncodable {
    fileprivate var encoded: EncodedNode.Content { .literal(description) }
}

extension String: ScalarEncodable {
    fileprivate var encoded: EncodedNode.Content { .text(self) }
}

extension ScalarEncodable where Self: FixedWidthInteger {
    fileprivate var encoded: EncodedNode.Content { .literal(description) }
}

extension ScalarEncodable where Self: BinaryFloatingPoint & LosslessStringConvertible {
    fileprivate var encoded: EncodedNode.Content { .literal(YAMLText.number(self)) }
}

extension Int: ScalarEncodable {}
extension Int8: ScalarEncodable {}
extension Int16: ScalarEncodable {}
extension Int32: ScalarEncodable {}
extension Int64: ScalarEncodable {}
extension UInt: ScalarEncodable {}
extension UInt8: ScalarEncodable {}
extension UInt16: ScalarEncodable {}
extension UInt32: ScalarEncodable {}
extension UInt64: ScalarEncodable {}
extension Float: ScalarEncodable {}
extension Double: ScalarEncodable {}
