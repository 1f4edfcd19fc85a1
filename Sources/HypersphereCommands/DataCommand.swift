import ArgumentParser

/// `hypersphere data`.
struct DataCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "data",
        abstract: "List the known data sets, or check one of your own.",
        discussion: """
            Examples:
              hypersphere data list
              hypersphere data check photographs
            """,
        subcommands: [DataListCommand.self, DataCheckCommand.self])
}
