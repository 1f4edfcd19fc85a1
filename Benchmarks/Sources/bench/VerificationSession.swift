import Evaluation
import Files
import Randomness
import Torch

/// Our form of the protocol of Labeled Faces in the Wild on random embeddings.
final class VerificationSession: Session {
    private let embeddings: Tensor
    private let pairs: VerificationPairs
    private let isWhole: Bool

    init(_ arguments: Arguments) throws {
        isWhole = try arguments.value("--form") == "whole"
        let count = arguments.number("--pairs", default: 6000)
        let width = arguments.number("--embedding", default: 512)
        let fold = count / 10
        let isSame = (0..<count).map { $0 % fold < fold / 2 }
        var generator = SeededGenerator(seed: 0)
        let first = Tensor.normal([count, width], using: &generator)
        let other = Tensor.normal([count, width], using: &generator)
        let second = first * Tensor(isSame).to(.float32).unsqueezed(1) + other
        embeddings = .concatenated([first, second])
        pairs = VerificationPairs(first: Array(0..<count), second: Array(count..<2 * count), isSame: isSame)
    }

    func step() -> Double { (try? accuracy()) ?? .nan }

    private func accuracy() throws -> Double {
        let distances = try pairs.squaredDistances(of: embeddings)
        let folded = try FoldedVerification(distances: distances, isSame: pairs.isSame)
        guard isWhole else { return folded.accuracy.mean }
        let curve = try ReceiverOperatingCurve(scores: distances.map { -$0 }, isPositive: pairs.isSame)
        let rate = folded.validationRate(atFalseAcceptRate: 0.001).value?.validation.mean ?? .nan
        return folded.accuracy.mean + rate + curve.area + curve.equalErrorRate
    }
}
