import ArgumentParser
import Datasets
import Foundation
import Terminal

/// `hypersphere data check`.
struct DataCheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Read every image of a folder or list, and tell what is broken, scarce or there twice.",
        usage: "hypersphere data check FOLDER|CSV|REC [options]",
        discussion: """
            A folder holds a folder of images for each class, or train and test (val,
            valid, validation) with such folders in them. A CSV file has the columns path
            and label and, where wanted, split (of the same names) and group. A RecordIO
            file, such as train.rec, has its index beside it. Packs are read too.

            Status 0: every image can be used. Status 1: some cannot, or the set cannot be read.

            Example:
              hypersphere data check photographs
            """)

    @Argument(help: ArgumentHelp("The folder, CSV file or RecordIO file.", valueName: "folder|csv|rec"))
    var path: String

    @Option(help: "Threads that read and decode; all cores when left out.")
    var threads: Int?

    @Flag(help: "Print the report as JSON.")
    var json = false

    @Flag(help: "Show no progress.")
    var quiet = false

    func validate() throws {
        try DeviceOptions.check(threads: threads)
    }

    func run() throws {
        let collection = ImageCollection(of: path)
        let splits = try collection.load(path)
        let bar = quiet ? nil : ProgressBar(label: "checking", total: splits.parts.reduce(0) { $0 + $1.count })
        let report = DatasetCheck(splits)
            .run(threads: threads ?? ProcessInfo.processInfo.activeProcessorCount) { bar?.update(done: $0) }
        bar?.finish()
        if json {
            try Console.print(json: report)
        } else {
            DataCheckDisplay(report: report, root: collection == .folder ? path : splits.train.root).show()
        }
        if !report.broken.isEmpty { throw ExitCode.failure }
    }
}
