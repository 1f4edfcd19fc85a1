import ArgumentParser

/// `hypersphere data`.
struct DataCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "data",
        abstract: "List the known data sets; check or pack one of your own.",
        discussion: """
            Examples:
              hypersphere data list
              hypersphere data check photographs
              hypersphere data pack photographs -o packed
            """,
        subcommands: [DataListCommand.self, DataCheckCommand.self, DataPackCommand.self])
}
