import Files
import Foundation

/// How much faster two processes train than one: the program itself on drawn digits, and PyTorch's distributed data
/// parallel training of the same network.
struct ProcessesBench {
    private static let program = ".build/release/hypersphere"
    private let rounds = 3
    private let forms = [
        ("1 process, 1 thread", 1, 1), ("2 processes, 1 thread each", 2, 1), ("1 process, 2 threads", 1, 2),
    ]

    func run() throws {
        print(
            "ResNet18 (CIFAR stem), 128 images of 28 x 28 a step, bf16; ours by `hypersphere train` with ArcFace and synchronised batch"
        )
        print("normalisation; \(Machine.processorName); the forms in turn, medians of \(rounds)\n")
        var speeds: [[Double]] = Array(repeating: [], count: 2 * forms.count)
        for _ in 0..<rounds {
            for (index, form) in forms.enumerated() {
                speeds[index].append(try peer(processes: form.1, threads: form.2))
                speeds[forms.count + index].append(try ours(processes: form.1, threads: form.2))
            }
        }
        var table = Table(["", "images/s", "x one thread"])
        for (index, values) in speeds.enumerated() {
            let isPeer = index < forms.count
            table.append([
                (isPeer ? "PyTorch, " : "ours, ") + forms[index % forms.count].0, text(median(values), digits: 0),
                text(medianOfRatios(values, speeds[isPeer ? 0 : forms.count]), digits: 2),
            ])
        }
        print(table.markdown)
    }

    private func peer(processes: Int, threads: Int) throws -> Double {
        try speed(Contender.peer("processes.py") + ["--processes", "\(processes)", "--threads", "\(threads)"])
    }

    private func ours(processes: Int, threads: Int) throws -> Double {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("processes-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        return try speed([
            Self.program, "train", "strokes-center", "data.train=1280", "data.test=128", "data.batch=128", "epochs=3",
            "losses=[]", "backbone={name: resnet18, stem: cifar}", "head={name: arcface, scale: 16, margin: 0.2}",
            "optimizers=[{of: [backbone, head], name: sgd, learningRate: 0.01, momentum: 0.9}]", "--json",
            "--processes", "\(processes)", "--threads", "\(threads)", "--output", folder.path,
        ])
    }

    /// The images a second that a program's last line tells; of ours those of steps 21 to 30, memory having grown
    /// until then.
    private func speed(_ command: [String]) throws -> Double {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: command[0])
        process.arguments = Array(command.dropFirst())
        process.standardOutput = output
        do {
            try process.run()
        } catch {
            throw UserFacingError(
                command[0], problem: "cannot be started",
                remedy: "run `make bench`, which installs the peers, and `swift build -c release`")
        }
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        let last = text.split(separator: "\n").last.map { Data($0.utf8) } ?? Data()
        let object = try? JSONSerialization.jsonObject(with: last) as? [String: Any]
        guard let value = object?["imagesPerSecond"] as? NSNumber else {
            throw UserFacingError(command[0], problem: "did not tell its speed", remedy: "start it by hand")
        }
        return value.doubleValue
    }
}
