import ArgumentParser
import Datasets
import Files
import Images
import Terminal

/// `hypersphere data pack`.
struct DataPackCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pack",
        abstract: "Pack the images of a set into few large files that are fast to read and to copy.",
        usage: "hypersphere data pack FOLDER|CSV|REC -o DIR [options]",
        discussion: """
            DIR holds tar archives with the files as they are, and an index with their
            places, classes and checksums; recipes take it as { set: pack }, commands by
            its path. It appears when all is done.

            Example:
              hypersphere data pack photographs -o packed
            """)

    @Argument(help: ArgumentHelp("What to pack.", valueName: "folder|csv|rec"))
    var path: String

    @Option(name: .shortAndLong, help: "The folder to make.")
    var output: String

    @Option(help: "The most bytes of an archive, in MiB.")
    var shard = 1024

    @Option(
        help: "What to do about a file that is no image: stop, or skip it and say so. (default: stop)",
        transform: choice(of: "--broken"))
    var broken = BrokenImage.Policy.stop

    @Flag(help: "Show no progress.")
    var quiet = false

    func validate() throws {
        if !(1...1 << 20).contains(shard) {
            throw ValidationError("--shard expects a number from 1 to 1048576, got \(shard)")
        }
    }

    func run() throws {
        let splits = try ImageCollection(of: path).load(path)
        let bar = quiet ? nil : ProgressBar(label: "packing", total: splits.parts.reduce(0) { $0 + $1.count })
        defer { bar?.finish() }
        let interruption = Interruption()
        let count = try ImagePack(output).write(splits, shardSize: shard << 20) { error in
            if broken == .stop { throw error }
            Console.note("skipped: \(error)")
        } progress: { done in
            if interruption.isRequested { throw Interrupted() }
            bar?.update(done: done)
        }
        bar?.finish()
        Console.print("\(output): \(Console.counted(count, "image"))")
    }
}
