/// One value of a settings file or override: what the YAML library's tree comes down to here.
struct Node: Sendable, Equatable {
    enum Content: Sendable, Equatable {
        /// `isPlain` tells `5`, which may be a number, from `"5"`, which is text.
        case scalar(String, isPlain: Bool)
        case sequence([Node])
        case mapping([Entry])
    }

    struct Entry: Sendable, Equatable {
        var key: String
        var value: Node
    }

    var content: Content

    /// The override that gave the value, as the user wrote it; nil for what stands in the file.
    var override: String?

    /// What the value is, for error messages: `the text "abc"`, `5`, `a list`.
    var described: String {
        switch content {
        case .scalar where isNull: "empty"
        case .scalar(let text, true): text.abbreviated
        case .scalar(let text, false): "the text \"\(text.abbreviated)\""
        case .sequence: "a list"
        case .mapping: "a group of settings"
        }
    }

    var isNull: Bool {
        guard case .scalar(let text, true) = content else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(text)
    }
}

extension String {
    /// The text as it may stand in a one-line message.
    var abbreviated: String {
        count > 60 ? prefix(59) + "…" : self
    }
}
