import ArgumentParser

/// Reads the value of an option that is one of a few words.
///
/// - Parameter option: as it is written, for messages.
func choice<Value: RawRepresentable & CaseIterable & SendableMetatype>(
    of option: String, _ type: Value.Type = Value.self
) -> @Sendable (String) throws -> Value where Value.RawValue == String {
    { text in
        guard let value = Value(rawValue: text) else {
            let known = Value.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("\(option) expects one of \(known), got \(text)")
        }
        return value
    }
}

/// Reads the value of `--far`: rates between 0 and 1 with commas between.
func falseAcceptRates(_ text: String) throws -> [Double] {
    try text.split(separator: ",", omittingEmptySubsequences: false).map { part in
        guard let rate = Double(part), rate > 0, rate < 1 else {
            throw ValidationError("--far expects rates between 0 and 1 with commas between, got \(text)")
        }
        return rate
    }
}
