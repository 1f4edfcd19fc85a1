import Files
import Foundation

/// ArcFace's loss forward and backward, 128 embeddings of 512 numbers beside few and many classes, by the public programs
/// and by us.
struct LossesBench {
    /// How many steps a form takes at a time, and how many times.
    private let sizes: [(classes: Int, steps: Int, rounds: Int)] = [(10, 200, 15), (10_000, 3, 15), (100_000, 1, 9)]
    private let threads = 2

    func run() throws {
        print("ArcFace's loss, forward and backward, N 128, D 512, \(threads) threads; \(Machine.processorName);")
        print("the forms in turn, medians; x: speed, the median of ratios by round\n")
        for size in sizes { try measure(size.classes, steps: size.steps, rounds: size.rounds) }
    }

    private func measure(_ classes: Int, steps: Int, rounds: Int) throws {
        let peer = Contender.peer("losses.py")
        let ours = Contender.ourselves("losses")
        let forms = [
            ("pytorch-metric-learning", peer, "library"),
            ("arcface-pytorch's form", peer, "straight"),
            ("linear, cross entropy", peer, "linear"),
            ("three bare products", peer, "products"),
            ("the same in bf16", peer, "products-bf16"),
            ("ArcFaceHead", ours, "fp32"),
            ("with bf16 products", ours, "bf16"),
        ]
        let contenders = try forms.map { name, command, form in
            try Contender(
                name, command + ["--form", form, "--classes", "\(classes)", "--threads", "\(threads)", "--warmup", "2"])
        }
        defer { for contender in contenders { contender.quit() } }
        var times: [[Double]] = forms.map { _ in [] }
        for _ in 0..<rounds {
            for (index, contender) in contenders.enumerated() { times[index].append(try contender.run(steps)) }
        }
        var table = Table(["\(classes) classes", "ms", "x library", "x linear", "x products", "extra MiB"])
        for (index, contender) in contenders.enumerated() {
            func speed(over other: Int) -> String { text(medianOfRatios(times[other], times[index]), digits: 2) }
            table.append([
                contender.name, text(median(times[index]) * 1000, digits: classes < 1000 ? 3 : 1), speed(over: 0),
                speed(over: 2), speed(over: 3),
                forms[index].2.hasPrefix("products") ? "" : text(try contender.extraMemory(), digits: 0),
            ])
        }
        print(table.markdown)
    }
}
