import ArgumentParser

/// `hypersphere loss`.
struct LossCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "loss",
        abstract: "List heads and losses, and plot how a margin behaves.",
        discussion: """
            Examples:
              hypersphere loss list
              hypersphere loss plot arcface margin=0.5 scale=30 vs cosface margin=0.35
            """,
        subcommands: [LossListCommand.self, LossPlotCommand.self])
}
