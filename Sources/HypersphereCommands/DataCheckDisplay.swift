import Datasets
import Foundation
import Terminal

/// A check's report for a person, in 80 columns.
struct DataCheckDisplay {
    let report: DatasetReport
    /// The folder to which paths are shown relative.
    let root: String

    private static let width = 80
    private static let fewest = 5
    private static let mostDuplicates = 20

    func show() {
        for part in report.parts { show(part) }
        let formats = report.formats.sorted { $0.key < $1.key }.map {
            "\(formatCount($0.value)) \($0.key.uppercased())"
        }
        if !formats.isEmpty { line("formats: \(formats.joined(separator: ", "))") }
        if let widths = report.widths, let heights = report.heights {
            line("width: \(text(widths)) pixels; height: \(text(heights)) pixels")
        }
        showFewest()
        showDuplicates()
        showBroken()
        for warning in report.warnings { Console.note(Console.wrapped("warning: \(warning)", width: Self.width)) }
        Console.print("")
        line(
            report.broken.isEmpty
                ? "all \(Console.counted(report.images, "image")) can be used"
                : "\(formatCount(report.broken.count)) of \(Console.counted(report.images, "image")) cannot be used")
    }

    private func show(_ part: DatasetReport.Part) {
        let classes = part.classes.count == 1 ? "1 class" : "\(formatCount(part.classes.count)) classes"
        var text = "\(part.name): \(Console.counted(part.images, "image")) in \(classes)"
        if let range = DatasetReport.Range(part.classes.map(\.images)) { text += ", \(self.text(range)) a class" }
        line(text)
    }

    private func showFewest() {
        for part in report.parts where part.classes.count > 1 {
            let fewest = part.classes.enumerated()
                .sorted { ($0.element.images, $0.offset) < ($1.element.images, $1.offset) }.prefix(Self.fewest)
            var table = TextTable(["fewest in \(part.name)", "images"])
            for (_, entry) in fewest { table.append([entry.name, formatCount(entry.images)]) }
            Console.print("")
            TerminalOutput.standardOutput.write(
                table.text(width: Self.width, style: TextStyle(for: .standardOutput)))
        }
    }

    private func showDuplicates() {
        guard !report.duplicates.isEmpty else { return }
        Console.print("")
        line("the same bytes:")
        for group in report.duplicates.prefix(Self.mostDuplicates) {
            let places = [(group.acrossParts, "both parts"), (group.acrossClasses, "several classes")]
                .filter(\.0).map(\.1)
            let note = places.isEmpty ? "" : " (in \(places.joined(separator: " and ")))"
            Console.print("  " + group.paths.map(relative).joined(separator: "\n    = ") + note)
        }
        let more = report.duplicates.count - Self.mostDuplicates
        if more > 0 { line("  and \(formatCount(more)) more, all with --json") }
    }

    private func showBroken() {
        guard !report.broken.isEmpty else { return }
        Console.print("")
        line("broken:")
        for file in report.broken {
            Console.print("  \(relative(file.path))")
            let lines = Console.wrapped(file.problem, width: Self.width - 4).split(separator: "\n")
            Console.print(lines.map { "    \($0)" }.joined(separator: "\n"))
        }
    }

    private func text(_ range: DatasetReport.Range) -> String {
        range.least == range.most
            ? formatCount(range.least)
            : "\(formatCount(range.least)) to \(formatCount(range.most)) (median \(formatCount(range.median)))"
    }

    private func relative(_ path: String) -> String {
        let folder = root.hasSuffix("/") ? root : "\(root)/"
        return path.hasPrefix(folder) ? String(path.dropFirst(folder.count)) : path
    }

    private func line(_ text: String) {
        Console.print(Console.wrapped(text, width: Self.width))
    }
}
