public import NeuralNetwork
public import Torch

/// ArcFace that weighs hard negatives more as training goes on: `logit_y = s cos(theta_y + m)`, and for other classes
/// `s c_j (t + c_j)` where `c_j = cos(theta_j)` exceeds `cos(theta_y + m)`, else `s c_j`.
///
/// t is a running mean of the target cosines, from 0, and so grows with success: easy samples lead first and hard ones later.
/// Huang et al., "CurricularFace: Adaptive Curriculum Learning Loss for Deep Face Recognition", CVPR 2020. Choose it
/// for large, clean sets on which ArcFace's hard negatives still fail.
public final class CurricularFaceHead: Module, AngularHead, CrossEntropyHead, MarginCurveHead {
    private let weight: Parameter
    private let progress = Buffer(.zeros([]))
    private let scale: Double
    private let margin: AngularMargin
    private let momentum: Double

    /// The share of each label that is divided among all classes while training.
    public var labelSmoothing = 0.0

    /// C, the number of classes.
    public let classes: Int

    /// Creates a head whose class vectors are drawn by Glorot and Bengio's rule.
    ///
    /// - Parameters:
    ///   - classes: C.
    ///   - embedding: D, the length of an embedding.
    ///   - scale: s, above 0; 64 in the paper.
    ///   - margin: m, from 0 to below pi; 0.5 radians in the paper.
    ///   - momentum: the share of each batch in t, from 0 to 1; 0.01 in the paper.
    ///   - overflow: what happens to the target where `theta_y + m` passes pi; which negatives are hard is always told by
    ///     `cos(theta_y + m)` as it is.
    ///   - gradient: what goes backward through the margin.
    ///   - generator: gives the seeds of the first values.
    public init(
        classes: Int, embedding: Int, scale: Double = 64, margin: Angle = .radians(0.5), momentum: Double = 0.01,
        overflow: MarginOverflow = .cosine, gradient: MarginGradient = .exact,
        using generator: inout some RandomNumberGenerator
    ) {
        requireScale(scale, "CurricularFaceHead")
        requireMargin(margin, "CurricularFaceHead")
        require((0...1).contains(momentum), "CurricularFaceHead: expected a momentum in 0...1, got \(momentum)")
        self.classes = classes
        self.scale = scale
        self.momentum = momentum
        self.margin = AngularMargin(angle: .same(margin.radians), overflow: overflow, gradient: gradient)
        weight = ClassVectors.drawn(
            classes: classes, embedding: embedding, for: "CurricularFaceHead", using: &generator)
    }

    /// The class vectors `[C, D]`, each of length 1.
    public var classVectors: Tensor { ClassVectors(weight: weight.tensor).normalised }

    /// The target logit over the angle; what t does to other classes is not in it.
    public var marginCurves: [MarginCurve] { [MarginCurve(margin, scale: scale, condition: "target, whatever t")] }

    /// The mean cross entropy of embeddings `[N, D]` with labels `[N]` int64 in `0..<C`; 0 for an empty batch.
    ///
    /// While the module trains, t moves first, unless the batch is empty or not finite.
    public func loss(_ embeddings: Tensor, _ labels: Tensor) -> Loss {
        labels.checkLabels(
            for: embeddings, dimension: weight.tensor.size(1), classes: classes, "CurricularFaceHead.loss")
        return withPrecision(.fp32, on: embeddings.device) {
            let cosines = ClassVectors(weight: weight.tensor).cosines(embeddings)
            let targets = cosines.targets(labels)
            if isTraining, labels.count > 0 { progress.follow(targets.detached().mean(), share: momentum) }
            let isHard = withoutGradients {
                var raw = margin
                raw.overflow = .none
                return cosines .> raw(targets).unsqueezed(1)
            }
            let modulated = (cosines * (cosines + progress.tensor)).kept(where: isHard, else: cosines)
            return Loss(crossEntropy(modulated * scale, labels, target: margin(targets) * scale))
        }
    }

    /// The logits `[N, C]` of embeddings `[N, D]`, without margin and modulation: s times the cosines.
    public func logits(_ embeddings: Tensor) -> Tensor {
        ClassVectors(weight: weight.tensor).cosines(embeddings) * scale
    }
}
