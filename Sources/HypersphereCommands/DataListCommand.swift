import ArgumentParser
import Datasets
import Foundation
import Terminal

/// `hypersphere data list`.
struct DataListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the data sets that the program draws or fetches.",
        discussion: """
            Recipes also take files of your own: folder, csv, records, pack, lfw.

            Example:
              hypersphere data list --data data
            """)

    @Option(help: "Where data sets lie.")
    var data = "data"

    @Flag(help: "Print the sets as JSON.")
    var json = false

    private struct Entry: Encodable {
        let set: KnownDataset
        let isPresent: Bool

        private enum CodingKeys: String, CodingKey {
            case isPresent = "present"
        }

        func encode(to encoder: any Encoder) throws {
            try set.encode(to: encoder)
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(isPresent, forKey: .isPresent)
        }
    }

    func run() throws {
        let entries = KnownDataset.all.map { Entry(set: $0, isPresent: $0.isPresent(in: data)) }
        if json { return try Console.print(json: entries) }
        var table = TextTable(["set", "classes", "images", "size", "to fetch", "here"])
        for entry in entries {
            let set = entry.set
            let megabytes = (set.downloadSize + 500_000) / 1_000_000
            table.append([
                set.name, formatCount(set.classes), formatCount(set.images), "\(set.imageSize) x \(set.imageSize)",
                set.downloadSize == 0 ? "-" : "\(megabytes) MB",
                set.downloadSize == 0 ? "drawn" : entry.isPresent ? "yes" : "no",
            ])
        }
        TerminalOutput.standardOutput.write(table.text(for: .standardOutput))
    }
}
