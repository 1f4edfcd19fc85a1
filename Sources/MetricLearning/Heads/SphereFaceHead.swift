import Foundation
public import NeuralNetwork
public import Torch

/// Softmax with a margin that multiplies the target's angle: `psi(theta) = (-1)^k cos(m theta) - 2 k` with
/// `k = floor(m theta / pi)` in place of `cos(theta_y)`.
///
/// psi falls throughout, from 1 at 0 to `1 - 2 m` at pi for a whole m. Liu et al., "SphereFace: Deep Hypersphere Embedding for
/// Face Recognition", CVPR 2017 (A-Softmax); see ``Form`` for its two forms. Choose it to compare with that work; ArcFace
/// and CosFace reach more with less care.
public final class SphereFaceHead: Module, AngularHead, CrossEntropyHead, MarginCurveHead {
    /// Which of SphereFace's two forms.
    public enum Form: Sendable, Equatable {
        /// The paper's: embeddings keep their length, `logit_j = |x| cos(theta_j)` and
        /// `logit_y = |x| (lambda cos(theta_y) + psi(theta_y)) / (1 + lambda)`, with a lambda that falls as training goes on.
        case annealed(Annealing)

        /// The authors' later one: `logit_j = s cos(theta_j)`, `logit_y = s psi(theta_y)`, without annealing. Liu et al.,
        /// "SphereFace Revived", TPAMI 2022; in their code s = 30 and `.straightThrough`.
        case normalised(scale: Double = 30, gradient: MarginGradient = .straightThrough)
    }

    /// How lambda falls: `max(floor, start (1 + rate step)^-power)`, where the first step is 1.
    public struct Annealing: Sendable, Equatable {
        /// Lambda at step 0.
        public var start: Double
        /// How fast it falls.
        public var rate: Double
        /// The power of its fall.
        public var power: Double
        /// What it stays at.
        public var floor: Double

        /// Creates a rule; 1000, 0.12, 1 and 5 are those of the authors' first code.
        public init(start: Double = 1000, rate: Double = 0.12, power: Double = 1, floor: Double = 5) {
            self.start = start
            self.rate = rate
            self.power = power
            self.floor = floor
        }

        /// No annealing: lambda is 0 throughout.
        public static let none = Annealing(start: 0, floor: 0)
    }

    private let weight: Parameter
    private let steps = Buffer(.zeros([], dtype: .int64))
    private let multiplier: Double
    private let form: Form

    /// The share of each label that is divided among all classes while training.
    public var labelSmoothing = 0.0

    /// C, the number of classes.
    public let classes: Int

    /// Creates a head whose class vectors are drawn by Glorot and Bengio's rule.
    ///
    /// - Parameters:
    ///   - classes: C.
    ///   - embedding: D, the length of an embedding.
    ///   - multiplier: m, 1 or more; by itself 4 in the annealed form, as in the paper, and 1.7 in the normalised one.
    ///   - form: the paper's form with its annealing, or the later one.
    ///   - generator: gives the seeds of the first values.
    public init(
        classes: Int, embedding: Int, multiplier: Double? = nil, form: Form = .annealed(Annealing()),
        using generator: inout some RandomNumberGenerator
    ) {
        self.classes = classes
        self.form = form
        switch form {
        case .annealed(let annealing):
            require(
                annealing.start >= 0 && annealing.rate >= 0 && annealing.power >= 0 && annealing.floor >= 0,
                "SphereFaceHead: expected an annealing with no number below 0, got \(annealing)")
            self.multiplier = multiplier ?? 4
        case .normalised(let scale, _):
            requireScale(scale, "SphereFaceHead")
            self.multiplier = multiplier ?? 1.7
        }
        require(
            self.multiplier >= 1 && self.multiplier.isFinite,
            "SphereFaceHead: expected a multiplier of 1 or more, got \(self.multiplier)")
        weight = ClassVectors.drawn(classes: classes, embedding: embedding, for: "SphereFaceHead", using: &generator)
    }

    /// The class vectors `[C, D]`, each of length 1.
    public var classVectors: Tensor { ClassVectors(weight: weight.tensor).normalised }

    /// The target logit over the angle, in the annealed form of an embedding of length 1 at the first step and at the last.
    public var marginCurves: [MarginCurve] {
        switch form {
        case .annealed(let annealing):
            let first = lambda(annealing, step: Tensor(1.0)).item()
            return (first == annealing.floor ? [first] : [first, annealing.floor]).map { lambda in
                let shown = String(format: "%.4g", lambda)
                return MarginCurve(condition: "lambda \(shown), |x| = 1", scale: nil, multiplier: multiplier) {
                    cosines, _ in
                    self.annealed(cosines, lambda: Tensor(lambda))
                }
            }
        case .normalised(let scale, let gradient):
            return [
                MarginCurve(condition: nil, scale: scale, multiplier: multiplier) { cosines, exactly in
                    AngleStaircase(multiplier: self.multiplier, gradient: exactly ? .exact : gradient)(cosines)
                }
            ]
        }
    }

    /// The mean cross entropy of embeddings `[N, D]` with labels `[N]` int64 in `0..<C`; 0 for an empty batch.
    ///
    /// While the module trains, each batch that is not empty is a step of the annealing; the number of steps is part of the
    /// state.
    public func loss(_ embeddings: Tensor, _ labels: Tensor) -> Loss {
        labels.checkLabels(
            for: embeddings, dimension: weight.tensor.size(1), classes: classes, "SphereFaceHead.loss")
        if isTraining, labels.count > 0 { withoutGradients { steps.tensor.add(steps.tensor.ones()) } }
        return withPrecision(.fp32, on: embeddings.device) {
            let cosines = ClassVectors(weight: weight.tensor).cosines(embeddings)
            let targets = cosines.targets(labels)
            switch form {
            case .annealed(let annealing):
                let lambda = self.lambda(annealing, step: steps.tensor.to(weight.tensor.dtype))
                let lengths = embeddings.to(cosines.dtype).lengths()
                return Loss(
                    crossEntropy(
                        cosines * lengths.unsqueezed(1), labels,
                        target: annealed(targets, lambda: lambda) * lengths))
            case .normalised(let scale, let gradient):
                let psi = AngleStaircase(multiplier: multiplier, gradient: gradient)(targets)
                return Loss(crossEntropy(cosines * scale, labels, target: psi * scale))
            }
        }
    }

    /// The logits `[N, C]` of embeddings `[N, D]`, without the margin: the cosines times the length of the embedding, or
    /// times s.
    public func logits(_ embeddings: Tensor) -> Tensor {
        let cosines = ClassVectors(weight: weight.tensor).cosines(embeddings)
        return switch form {
        case .annealed: cosines * embeddings.to(cosines.dtype).lengths().unsqueezed(1)
        case .normalised(let scale, _): cosines * scale
        }
    }

    private func annealed(_ targets: Tensor, lambda: Tensor) -> Tensor {
        let psi = AngleStaircase(multiplier: multiplier, gradient: .exact)(targets)
        return (targets * lambda + psi) / (lambda + 1)
    }

    private func lambda(_ annealing: Annealing, step: Tensor) -> Tensor {
        let progress = step * annealing.rate + 1
        return (progress.power(-annealing.power) * annealing.start).clamped(min: annealing.floor)
    }
}
