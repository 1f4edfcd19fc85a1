extension KeyedDecodingContainer {
    /// The value of `key`, or `value` when the key is not there.
    ///
    /// A key that is there but empty is nil for an optional type, and an error for any other.
    ///
    /// - Throws: `DecodingError` with the path of the key when its value has the wrong type.
    public func value<T: Decodable>(_ key: Key, default value: @autoclosure () -> T) throws -> T {
        contains(key) ? try decode(T.self, forKey: key) : value()
    }

    /// The value of `key`, checked, or `value`, unchecked, when the key is not there.
    ///
    /// - Throws: `DecodingError` with the path of the key when its value has the wrong type or fails `check`.
    public func value<T: Decodable>(
        _ key: Key, default value: @autoclosure () -> T, _ check: SettingCheck<T>
    ) throws -> T {
        contains(key) ? try self.value(key, check) : value()
    }

    /// The value of `key`, in `range`, or `value`, unchecked, when the key is not there.
    ///
    /// - Throws: `DecodingError` with the path of the key and the range when its value is outside of it.
    public func value<T: Decodable & Comparable & Sendable>(
        _ key: Key, default value: @autoclosure () -> T, in range: ClosedRange<T>
    ) throws -> T {
        try self.value(key, default: value(), .within(range))
    }

    /// The value of `key`, which has to be there, checked.
    ///
    /// - Throws: `DecodingError` with the path of the key when it is missing, has the wrong type or fails `check`.
    public func value<T: Decodable>(_ key: Key, _ check: SettingCheck<T>) throws -> T {
        let value = try decode(T.self, forKey: key)
        guard check.accepts(value) else {
            throw invalid(
                key, problem: "is \(YAMLText.shown(value)), expected \(check.requirement)",
                remedy: "give a value that fits")
        }
        return value
    }

    /// The value of `key`, which has to be there, in `range`.
    ///
    /// - Throws: `DecodingError` with the path of the key and the range when its value is missing or outside of it.
    public func value<T: Decodable & Comparable & Sendable>(_ key: Key, in range: ClosedRange<T>) throws -> T {
        try value(key, .within(range))
    }

    /// The value of `key`, checked, or nil when the key is not there or its value is null.
    ///
    /// - Throws: `DecodingError` with the path of the key when its value has the wrong type or fails `check`.
    public func optional<T: Decodable>(_ key: Key, _ check: SettingCheck<T>) throws -> T? {
        guard contains(key), try !decodeNil(forKey: key) else { return nil }
        return try value(key, check)
    }

    /// The number of `key`, which may be `.inf`, `-.inf` or `.nan`, or `value` when the key is not there.
    ///
    /// - Throws: `DecodingError` with the path of the key when its value is not a number.
    public func extended(_ key: Key, default value: @autoclosure () -> Double) throws -> Double {
        contains(key) ? try decode(ExtendedNumber.self, forKey: key).value : value()
    }

    /// The error for a value of `key` that an `init(from:)` does not accept.
    ///
    /// - Parameters:
    ///   - key: the setting at fault.
    ///   - problem: what is wrong, with the value that was found: `is 5, expected fewer than the 3 classes`.
    ///   - remedy: what the user can do about it.
    public func invalid(_ key: Key, problem: String, remedy: String) -> DecodingError {
        .invalid(codingPath + [key], problem, remedy)
    }

}
