/// Text made safe for a place in an HTML page.
enum HTMLText {
    /// For text between tags and for attribute values in quotation marks.
    static func escaped(_ text: String) -> String {
        var result = ""
        for character in text.unicodeScalars {
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            default: result.unicodeScalars.append(character)
            }
        }
        return result
    }

    /// For JSON inside a script element, where the page's parser looks for nothing but `</script` and `<!--`.
    static func escapedJSON(_ json: String) -> String {
        json.unicodeScalars.reduce(into: "") { result, scalar in
            if scalar == "<" { result += "\\u003c" } else { result.unicodeScalars.append(scalar) }
        }
    }
}
