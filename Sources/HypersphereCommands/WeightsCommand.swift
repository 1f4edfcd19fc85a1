import ArgumentParser
import Foundation
import Terminal
import Torch
import Weights

/// `hypersphere weights`.
struct WeightsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "weights",
        abstract: "List the tensors of a file of weights.",
        discussion: """
            Reads safetensors and what torch.save wrote; runs nothing of it.

            Example:
              hypersphere weights resnet18.pth
            """)

    @Argument(help: "A .safetensors, .pth, .pt or .bin file.")
    var file: String

    @Option(help: "The part of a checkpoint, such as ema; the weights when left out.")
    var part: String?

    @Flag(help: "Print the list as JSON.")
    var json = false

    func run() throws {
        let weights = try WeightsFile(path: file, part: part)
        let summary = WeightsSummary(weights)
        if json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
            Console.print(String(decoding: try encoder.encode(summary), as: UTF8.self))
            return
        }
        var table = TextTable(["name", "shape", "type"])
        for tensor in summary.tensors {
            table.append([tensor.name, tensor.shape.map(String.init).joined(separator: " x "), tensor.type])
        }
        Console.print(table.text(for: .standardOutput))
        for (name, value) in summary.facts {
            let lines = Console.wrapped(value, width: 70).replacing("\n", with: "\n          ")
            Console.print(name.padding(toLength: 10, withPad: " ", startingAt: 0) + lines)
        }
    }
}

/// What a file of weights holds, as it is printed.
private struct WeightsSummary: Encodable {
    struct Listed: Encodable {
        let name: String
        let shape: [Int]
        let type: String
    }

    let format: WeightsFormat
    let part: String
    let otherParts: [String]
    let ignored: [String]
    let prefix: String
    let numbers: Int
    let bytes: Int
    let tensors: [Listed]

    init(_ file: WeightsFile) {
        format = file.format
        part = file.part
        otherParts = file.otherParts
        ignored = file.ignored
        prefix = file.commonPrefix
        numbers = file.forms.values.reduce(0) { $0 + $1.count }
        bytes = file.forms.values.reduce(0) { $0 + $1.count * $1.dtype.byteCount }
        tensors = file.names.compactMap { name in
            file.forms[name].map { Listed(name: name, shape: $0.shape, type: "\($0.dtype)") }
        }
    }

    /// Facts for a person; those that say nothing are left out.
    var facts: [(name: String, value: String)] {
        let size = Console.counted(bytes, "byte")
        var facts = [
            ("format", format.rawValue),
            ("total", "\(Console.counted(numbers, "number")) in \(Console.counted(tensors.count, "tensor")), \(size)"),
        ]
        let words = [
            ("part", [part]), ("prefix", [prefix]), ("also has", otherParts.map { $0.isEmpty ? "the whole" : $0 }),
            ("beside", ignored),
        ]
        for (name, values) in words where values.contains(where: { !$0.isEmpty }) {
            facts.append((name, plain(values.joined(separator: ", "))))
        }
        return facts
    }

    /// Words of the file without what would move a terminal's cursor.
    private func plain(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.filter { $0.properties.generalCategory != .control }))
    }
}
