/// Text measured in the columns of a terminal.
extension String {
    /// The columns that the text takes: two for East Asian wide characters and emoji, none for combining marks.
    public var columns: Int {
        reduce(0) { $0 + $1.columns }
    }

    /// The text with everything that would move the cursor replaced by spaces, so that it stays on its line.
    var onOneLine: String {
        String(map { $0.isControl ? " " : $0 })
    }

    /// The text cut to at most `width` columns; a cut one ends with `…`.
    public func fitted(to width: Int) -> String {
        guard columns > width else { return self }
        guard width > 0 else { return "" }
        var fitted = ""
        var used = 1
        for character in self {
            used += character.columns
            if used > width { break }
            fitted.append(character)
        }
        return fitted + "…"
    }

    /// The text with spaces behind it, or before it, up to `width` columns.
    public func padded(to width: Int, onTheLeft: Bool = false) -> String {
        let padding = String(repeating: " ", count: Swift.max(0, width - columns))
        return onTheLeft ? padding + self : self + padding
    }
}

extension Character {
    fileprivate var isControl: Bool {
        unicodeScalars.contains {
            switch $0.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator: true
            default: false
            }
        }
    }

    fileprivate var columns: Int {
        unicodeScalars.contains { $0.isWide } ? 2 : unicodeScalars.allSatisfy { $0.isZeroWidth } ? 0 : 1
    }
}

extension Unicode.Scalar {
    fileprivate var isZeroWidth: Bool {
        switch properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: true
        default: false
        }
    }

    /// The wide and full-width blocks of Unicode Standard Annex 11, and emoji.
    fileprivate var isWide: Bool {
        switch value {
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF,
            0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F680...0x1F6FF, 0x1F900...0x1F9FF,
            0x1FA70...0x1FAFF, 0x20000...0x3FFFD, 0xFE0F:
            true
        default:
            properties.isEmojiPresentation
        }
    }
}
