import Files

/// Why a file of weights is not read; the file's path is added where it is known.
struct Flaw: Error {
    let field: String?
    let problem: String
    let remedy: String

    init(_ field: String? = nil, _ problem: String, remedy: String = Self.damaged) {
        self.field = field
        self.problem = problem
        self.remedy = remedy
    }

    static let damaged = "the file is damaged or no file of weights; get it again"
    static let saveWeightsAlone = "save the weights alone, in Python: torch.save(model.state_dict(), FILE)"

    func error(path: String) -> UserFacingError {
        UserFacingError(
            path, field: field.map(printable), problem: printable(problem), remedy: printable(remedy))
    }
}

/// A file's words for a terminal: without control characters, and not endless.
func printable(_ text: String) -> String {
    let characters = text.unicodeScalars.prefix(600).map { scalar in
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: "?"
        default: String(scalar)
        }
    }
    return characters.joined() + (text.unicodeScalars.count > 600 ? " ..." : "")
}
