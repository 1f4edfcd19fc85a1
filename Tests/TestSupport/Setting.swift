/// A value of a fixture's settings, as JSON holds it.
public enum Setting: Sendable, Equatable, Decodable {
    case none
    case bool(Bool)
    case integer(Int)
    case number(Double)
    case text(String)
    case list([Setting])
    case object([String: Setting])

    /// Reads whatever stands there.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .none
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Int.self) {
            self = .integer(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .text(value)
        } else if let value = try? container.decode([Setting].self) {
            self = .list(value)
        } else {
            self = .object(try container.decode([String: Setting].self))
        }
    }

    /// The value of a key; nil when there is none, or this is no object.
    public subscript(key: String) -> Setting? {
        if case .object(let values) = self { values[key] } else { nil }
    }

    /// The keys and values of an object.
    public var object: [String: Setting]? {
        if case .object(let values) = self { values } else { nil }
    }

    /// The elements of a list.
    public var list: [Setting]? {
        if case .list(let values) = self { values } else { nil }
    }

    /// The truth value.
    public var bool: Bool? {
        if case .bool(let value) = self { value } else { nil }
    }

    /// The whole number.
    public var integer: Int? {
        if case .integer(let value) = self { value } else { nil }
    }

    /// The number, whole or not.
    public var number: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .number(let value): value
        default: nil
        }
    }

    /// The text.
    public var text: String? {
        if case .text(let value) = self { value } else { nil }
    }
}
