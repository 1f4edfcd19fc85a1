import ArgumentParser
import Files
import Foundation
import Terminal
import Torch
import Training

/// `hypersphere doctor`.
struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Print versions, device, precision and threads, and what is missing.",
        discussion: """
            Example:
              hypersphere doctor
            """)

    @OptionGroup var options: DeviceOptions

    @Flag(help: "Print the facts as JSON.")
    var json = false

    func run() throws {
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
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
            let object = Dictionary(uniqueKeysWithValues: facts)
            Console.print(String(decoding: try encoder.encode(object), as: UTF8.self))
            return
        }
        for (name, value) in facts {
            Console.print(name.padding(toLength: 14, withPad: " ", startingAt: 0) + value)
        }
        for line in missing(device) { Console.note("note: \(line)") }
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
