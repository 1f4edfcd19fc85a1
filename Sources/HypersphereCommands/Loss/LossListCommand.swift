import ArgumentParser
import Configuration
import Foundation
import Terminal
import Training

/// `hypersphere loss list`.
struct LossListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the heads, losses, miners and samplers that a recipe can name.",
        usage: "hypersphere loss list [NAME] [--json]",
        discussion: """
            Examples:
              hypersphere loss list
              hypersphere loss list arcface
            """)

    @Argument(help: "One of them, to be shown with its formula.")
    var name: String?

    @Flag(help: "Print them as JSON.")
    var json = false

    private static let width = 80
    private static let indent = "    "

    func run() throws {
        let methods = try Method.all()
        let chosen = name.map { name in methods.filter { $0.name == name } } ?? methods
        if let name, chosen.isEmpty {
            let error = InvalidSetting.unknownName(name, among: methods.map(\.name))
            throw ValidationError("NAME \(error.problem); \(error.remedy)")
        }
        if json { return try Console.print(json: chosen) }
        if name != nil { return chosen.forEach(show) }
        let style = TextStyle(for: .standardOutput)
        for family in Method.Family.allCases {
            if family != Method.Family.allCases.first { Console.print("") }
            Console.print(style.bold(title(of: family)))
            for method in chosen where method.family == family {
                Console.print("")
                Console.print("  \(style.cyan(method.name)): \(method.summary)")
                let settings = method.settings.map { "\($0.name)=\($0.value.replacing(" ", with: ""))" }
                if !settings.isEmpty { Console.print(indented(settings.joined(separator: " "))) }
                Console.print(indented(method.source))
            }
        }
    }

    private func title(of family: Method.Family) -> String {
        switch family {
        case .head: "Heads, in a recipe's head: { name: arcface, margin: 0.5 }"
        case .loss: "Losses beside the head or alone, in its losses: [{ name: center, weight: 0.1 }]"
        case .miner: "Miners, in a loss: { name: triplet, miner: { name: semi-hard } }"
        case .sampler: "Samplers, in its data: { sampler: { name: per-class, perClass: 4 } }"
        }
    }

    private func indented(_ text: String) -> String {
        Console.wrapped(text, width: Self.width - Self.indent.count).split(separator: "\n")
            .map { Self.indent + $0 }.joined(separator: "\n")
    }

    private func show(_ method: Method) {
        let style = TextStyle(for: .standardOutput)
        Console.print("\(style.bold(method.name)), a \(method.family.rawValue): \(method.summary)")
        Console.print(indented(method.formula))
        Console.print(indented(method.source))
        guard !method.settings.isEmpty else { return }
        Console.print("")
        let widths = (
            method.settings.map(\.name.count).max() ?? 0, method.settings.map(\.value.count).max() ?? 0
        )
        for setting in method.settings {
            let name = setting.name.padding(toLength: widths.0 + 2, withPad: " ", startingAt: 0)
            let words = setting.choices.isEmpty ? "" : "  of \(setting.choices.joined(separator: ", "))"
            let value =
                words.isEmpty ? setting.value : setting.value.padding(toLength: widths.1, withPad: " ", startingAt: 0)
            Console.print("  \(name)\(value)\(words)")
        }
    }
}
