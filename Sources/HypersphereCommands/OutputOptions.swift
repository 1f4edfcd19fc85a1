import ArgumentParser
import Visualization

/// How results are told.
struct OutputOptions: ParsableArguments {
    @Flag(help: "Print the protocol and the numbers as JSON, with all digits.")
    var json = false

    @Flag(help: "Show no progress and no warnings.")
    var quiet = false

    /// Prints `result` and, where a page is asked for, writes it.
    ///
    /// - Throws: `UserFacingError` when the page cannot be written, and what `figures` throws.
    func tell(_ result: some EvaluationResult, page: String?, figures: () throws -> [any ThemedDrawing]) throws {
        try print(result)
        if let page { try write(result, to: page, figures: figures) }
    }

    /// Prints `result`, for a person or as JSON.
    func print(_ result: some EvaluationResult) throws {
        if json { try Console.print(json: result) } else { result.show() }
    }

    /// Writes a page, and says so where what is printed is for a person.
    ///
    /// - Throws: `UserFacingError` when the page cannot be written, and what `figures` throws.
    func write(
        _ result: some EvaluationResult, to page: String, isAnnounced: Bool = true,
        figures: () throws -> [any ThemedDrawing]
    ) throws {
        try Report(title: result.title, about: result.about, figures: figures(), tables: result.tables).write(to: page)
        if isAnnounced && !json { Console.print("\n\(page): the pictures") }
    }
}

/// What a command measured: for a person, as JSON, and on a page.
protocol EvaluationResult: Encodable {
    /// The headline of the page.
    var title: String { get }
    /// What was compared, in a line.
    var about: String { get }
    /// The numbers as the page shows them.
    var tables: [ReportTable] { get }

    /// Prints the protocol and the numbers.
    func show()
}
