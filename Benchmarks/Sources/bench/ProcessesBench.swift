import Files
import Foundation

/// How much faster two processes train than one, by the program itself: ResNet18 and ArcFace on drawn digits.
struct ProcessesBench {
    private static let program = ".build/release/hypersphere"
    private let rounds = 3
    private let forms = [
        ("1 process, 1 thread", 1, 1), ("2 processes, 1 thread each", 2, 1), ("1 process, 2 threads", 1, 2),
    ]

    func run() throws {
        print(
            "ResNet18 (CIFAR stem) and ArcFace, batches of 128, bf16, by `hypersphere train`; \(Machine.processorName);"
        )
        print("the forms in turn, medians of \(rounds)\n")
        var speeds: [[Double]] = forms.map { _ in [] }
        for _ in 0..<rounds {
            for (index, form) in forms.enumerated() {
                speeds[index].append(try speed(processes: form.1, threads: form.2))
            }
        }
        var table = Table(["", "images/s", "x one thread"])
        for (index, form) in forms.enumerated() {
            table.append([
                form.0, text(median(speeds[index]), digits: 0),
                text(medianOfRatios(speeds[index], speeds[0]), digits: 2),
            ])
        }
        print(table.markdown)
    }

    /// The images a second of the second epoch; the first one has the beginning of everything in it.
    private func speed(processes: Int, threads: Int) throws -> Double {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("processes-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: Self.program)
        process.arguments = [
            "train", "strokes-center", "data.train=1280", "data.test=128", "data.batch=128", "epochs=2", "losses=[]",
            "backbone={name: resnet18, stem: cifar}", "head={name: arcface, scale: 16, margin: 0.2}",
            "optimizers=[{of: [backbone, head], name: sgd, learningRate: 0.01, momentum: 0.9}]", "--json",
            "--processes", "\(processes)", "--threads", "\(threads)", "--output", folder.path,
        ]
        process.standardOutput = output
        do {
            try process.run()
        } catch {
            throw UserFacingError(
                Self.program, problem: "cannot be started", remedy: "run `swift build -c release` first")
        }
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        let last = text.split(separator: "\n").last.map { Data($0.utf8) } ?? Data()
        let object = try JSONSerialization.jsonObject(with: last) as? [String: Any]
        guard let value = object?["imagesPerSecond"] as? NSNumber else {
            throw UserFacingError(Self.program, problem: "did not tell its speed", remedy: "start it by hand")
        }
        return value.doubleValue
    }
}
