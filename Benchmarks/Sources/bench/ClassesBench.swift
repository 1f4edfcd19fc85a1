import Files
import Foundation

/// A training step of ArcFace's head with its class vectors' optimizer, with all classes and with a tenth of them, beside the
/// same in plain PyTorch.
struct ClassesBench {
    /// How many steps a form takes at a time, and how many times.
    private let sizes: [(classes: Int, steps: Int, rounds: Int)] = [
        (10_000, 3, 11), (100_000, 1, 9), (1_000_000, 1, 3),
    ]
    private let threads = 2
    private let share = "0.1"

    func run() throws {
        print("A step of ArcFace's head and SGD with momentum, N 128, D 512, \(threads) threads;")
        print("\(Machine.processorName); medians; x: speed against PyTorch's same share\n")
        for size in sizes { try measure(size.classes, steps: size.steps, rounds: size.rounds) }
    }

    private func measure(_ classes: Int, steps: Int, rounds: Int) throws {
        let peer = Contender.peer("classes.py")
        let ours = Contender.ourselves("classes")
        let forms = [
            ("PyTorch, all classes", peer, ["--share", "1"]),
            ("ours, all classes", ours, ["--share", "1", "--products", "fp32"]),
            ("ours, all classes, bf16 products", ours, ["--share", "1", "--products", "bf16"]),
            ("PyTorch's partial FC, a tenth", peer, ["--share", share]),
            ("ours, a tenth", ours, ["--share", share, "--products", "fp32"]),
            ("ours, a tenth, bf16 products", ours, ["--share", share, "--products", "bf16"]),
        ]
        func start(_ form: Int) throws -> Contender {
            let (name, command, words) = forms[form]
            return try Contender(
                name, command + words + ["--classes", "\(classes)", "--threads", "\(threads)", "--warmup", "2"])
        }
        var times: [[Double]] = forms.map { _ in [] }
        var memory: [Double] = []
        if classes < 1_000_000 {
            let contenders = try forms.indices.map(start)
            for _ in 0..<rounds {
                for (index, contender) in contenders.enumerated() { times[index].append(try contender.run(steps)) }
            }
            memory = try contenders.map { try $0.peakMemory() }
            for contender in contenders { contender.quit() }
        } else {
            // Together they would need more memory than the machine has: one after the other.
            for index in forms.indices {
                let contender = try start(index)
                for _ in 0..<rounds { times[index].append(try contender.run(steps)) }
                memory.append(try contender.peakMemory())
                contender.quit()
            }
        }
        var table = Table(["\(classes) classes", "ms a step", "x PyTorch", "peak MiB"])
        for (index, form) in forms.enumerated() {
            table.append([
                form.0, text(median(times[index]) * 1000, digits: 1),
                text(medianOfRatios(times[index < 3 ? 0 : 3], times[index]), digits: 2), text(memory[index], digits: 0),
            ])
        }
        print(table.markdown)
    }
}
