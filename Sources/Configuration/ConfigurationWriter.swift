/// Writes settings as YAML that ``ConfigurationDocument`` reads back to an equal value.
///
/// Groups are written in block style with their keys in the order in which they are encoded, which is the declared one
/// for synthesised conformances; the keys of dictionaries are sorted. Lists of single values that fit on a line are written
/// in brackets. An optional without a value is written as null, so that a default does not take its place when reading.
/// The same value always gives the same text.
public enum ConfigurationWriter {
    /// The YAML text of `value`, with a newline at its end.
    ///
    /// - Throws: what the value's `encode(to:)` throws, and `EncodingError` when it encodes nothing.
    public static func yaml(of value: some Encodable) throws -> String {
        let root = EncodedNode()
        try root.fill(with: value, at: [])
        var text = YAMLText()
        text.write(root)
        return text.text
    }
}
