import Backbones
import Files
import Foundation
import NeuralNetwork
import Randomness
import Torch

/// Trained networks embed images: ours fused, beside PyTorch and onnxruntime.
struct EmbeddingBench {
    private let rounds = 9
    private let threads = 2

    func run() throws {
        print("Embedding, \(threads) threads; \(Machine.processorName);")
        print("\(rounds) rounds, the forms in turn; medians; x: speed, the median of ratios by round\n")
        try measure(.resnet18, batch: 128, steps: 1)
        for network in [EmbeddedNetwork.iresnet50, .iresnet100] {
            try measure(network, batch: 1, steps: 5)
            try measure(network, batch: 32, steps: 1)
        }
    }

    private func measure(_ network: EmbeddedNetwork, batch: Int, steps: Int) throws {
        let folder = FileManager.default.temporaryDirectory.path
        let path = "\(folder)/hypersphere-bench-\(ProcessInfo.processInfo.processIdentifier).safetensors"
        try SafetensorsFile.write(Self.weights(of: network, batch: batch), to: path)
        defer { try? FileManager.default.removeItem(atPath: path) }
        let common = ["--network", network.rawValue, "--weights", path, "--threads", "\(threads)", "--warmup", "2"]
        let peer = Contender.peer("embedding.py")
        let ours = Contender.ourselves("embedding")
        var forms = [
            ("PyTorch, NCHW, fp32", peer + ["--form", "tutorial"]),
            ("PyTorch, channels last, bf16", peer + ["--form", "tuned"]),
            ("onnxruntime, fp32", peer + ["--form", "onnxruntime"]),
            ("Hypersphere, fp32", ours + ["--precision", "fp32"]),
        ]
        if Engine.processorHasBFloat16 { forms.append(("Hypersphere, bf16", ours + ["--precision", "bf16"])) }
        let contenders = try forms.map { try Contender($0, $1 + common) }
        defer { for contender in contenders { contender.quit() } }
        let values = try contenders.map { try $0.result() }
        for (contender, value) in zip(contenders, values) where (value / values[0] - 1).magnitude > 0.05 {
            throw UserFacingError(
                contender.name, problem: "embeds otherwise: a mean of \(value), expected \(values[0])",
                remedy: "compare the networks")
        }
        var times: [[Double]] = contenders.map { _ in [] }
        for _ in 0..<rounds {
            for (index, contender) in contenders.enumerated() {
                times[index].append(try contender.run(steps) / Double(batch))
            }
        }
        var table = Table([
            "\(network), batch \(batch)", "ms an image", "images/s", "x the 1st", "x the 2nd", "x the 3rd", "peak MiB",
        ])
        for (index, contender) in contenders.enumerated() {
            func ratio(to other: Int) -> String { text(medianOfRatios(times[other], times[index]), digits: 2) }
            let time = median(times[index])
            table.append([
                contender.name, text(time * 1000, digits: time < 0.01 ? 2 : 1), text(1 / time, digits: 0), ratio(to: 0),
                ratio(to: 1), ratio(to: 2), text(try contender.peakMemory(), digits: 0),
            ])
        }
        print(table.markdown)
    }

    /// The state of a network whose activations neither vanish nor overflow, and images.
    private static func weights(of network: EmbeddedNetwork, batch: Int) -> [String: Tensor] {
        var generator = SeededGenerator(seed: 1)
        var state = network.make().state()
        for (name, tensor) in state.sorted(by: { $0.key < $1.key }) {
            if name.hasSuffix("running_mean") {
                state[name] = .normal(tensor.shape, deviation: 0.1, using: &generator)
            } else if name.hasSuffix("running_var") {
                state[name] = .uniform(tensor.shape, in: 0.5...1.5, using: &generator)
            } else if tensor.rank == 4 {
                let deviation = (2 / Double(tensor.shape.dropFirst().reduce(1, *))).squareRoot()
                state[name] = .normal(tensor.shape, deviation: deviation, using: &generator)
            } else if name.hasSuffix("bn3.weight") {
                state[name] = .full(tensor.shape, 0.25)
            }
        }
        let size = network.imageSize
        state["images"] = .normal([batch, 3, size, size], using: &generator)
        return state
    }
}
