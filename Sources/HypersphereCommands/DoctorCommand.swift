import ArgumentParser
import Datasets
import Files
import Foundation
import Terminal
import Torch
import Training

/// `hypersphere doctor`.
struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Print versions, device, precision and threads, or what in a recipe cannot work.",
        usage: "hypersphere doctor [RECIPE [key=value ...]] [options]",
        discussion: """
            Examples:
              hypersphere doctor
              hypersphere doctor mnist-center 'head={name: cosface}'

            With a recipe the status is 1 when something in it cannot work.
            """)

    @Argument(help: "A recipe file, or the name of a built-in recipe.")
    var recipe: String?

    @Argument(help: "Settings of the recipe to change: epochs=5.")
    var overrides: [String] = []

    @Option(help: "Where data sets lie, or the folder or list of your own images; counted instead of what should be.")
    var data: String?

    @OptionGroup var options: DeviceOptions

    @Flag(help: "Print the facts as JSON.")
    var json = false

    func validate() throws {
        if data != nil && recipe == nil { throw ValidationError("--data expects a recipe before it") }
    }

    func run() throws {
        if let recipe { return try review(recipe) }
        let (device, reason) = try options.choose()
        let facts: [(String, String)] = [
            ("hypersphere", Training.Environment.version),
            ("libtorch", Engine.loadedVersion),
            ("processor", Machine.processorName),
            ("instructions", "\(Engine.processorCapability)\(Engine.processorHasBFloat16 ? " with bfloat16" : "")"),
            ("threads", "\(Engine.threadCount)"),
            ("device", "\(device) (\(reason))"),
            ("precision", "\(Precision.best(for: device).rawValue)"),
            ("layout", "channelsLast"),
        ]
        if json {
            return try Console.print(json: Dictionary(uniqueKeysWithValues: facts))
        }
        for (name, value) in facts {
            Console.print(name.padding(toLength: 14, withPad: " ", startingAt: 0) + value)
        }
        for line in missing(device) { Console.note("note: \(line)") }
    }

    private func review(_ name: String) throws {
        let (text, source) = try RecipeArgument.text(name)
        let recipe = try Recipe(yaml: text, source: source, overrides: overrides)
        let size = try data.map { DataSize(try recipe.loadData(from: $0, download: false)) } ?? recipe.dataSize()
        let findings = RecipeReview.findings(in: recipe, size: size)
        if json {
            try Console.print(json: findings)
        } else {
            let style = TextStyle(for: .standardOutput)
            for finding in findings {
                let severity = finding.severity.rawValue
                let label = finding.severity == .error ? style.red(severity) : style.yellow(severity)
                Console.print("\(label): \(finding.setting): \(finding.problem); \(finding.remedy)")
            }
            if findings.isEmpty { Console.print("\(recipe.name): nothing stands out") }
        }
        if findings.contains(where: { $0.severity == .error }) { throw ExitCode.failure }
    }

    private func missing(_ device: Device) -> [String] {
        var lines: [String] = []
        if device.kind == .cpu && !Engine.processorHasBFloat16 {
            lines.append("this processor has no bfloat16; training in fp32 takes about twice the time")
        }
        if Engine.threadCount < ProcessInfo.processInfo.activeProcessorCount {
            lines.append(
                "\(Engine.threadCount) of \(ProcessInfo.processInfo.activeProcessorCount) cores are used; see --threads"
            )
        }
        return lines
    }
}
