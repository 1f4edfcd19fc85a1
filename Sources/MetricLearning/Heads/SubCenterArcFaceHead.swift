public import NeuralNetwork
public import Torch

/// ArcFace with several vectors a class, of which the nearest counts: `cos(theta_j) = max_k <x / |x|, W_jk / |W_jk|>`.
///
/// The clean samples of a class gather at one of its vectors and the wrongly labelled at others, where ``outliers(_:_:beyond:)``
/// finds them. Deng et al., "Sub-center ArcFace: Boosting Face Recognition by Large-scale Noisy Web Faces", ECCV 2020.
/// Choose it for data gathered from the web with many wrong labels: train, drop the outliers, train ArcFace anew.
public final class SubCenterArcFaceHead: Module, CrossEntropyHead, MarginCurveHead {
    private let weight: Parameter
    private let centers: Int
    private let margin: AngularMargin
    private let scale: Double

    /// The share of each label that is divided among all classes while training.
    public var labelSmoothing = 0.0

    /// C, the number of classes.
    public let classes: Int

    /// How many rows of samples ``outliers(_:_:beyond:)`` looks at together.
    private static let chunk = 4096

    /// Creates a head whose vectors are drawn by Glorot and Bengio's rule; those of class j are the rows `j K` to `j K + K - 1`.
    ///
    /// - Parameters:
    ///   - classes: C.
    ///   - embedding: D, the length of an embedding.
    ///   - centers: K, the number of vectors a class; 3 in the paper.
    ///   - scale: s, above 0; 64 in the paper.
    ///   - margin: m, from 0 to below pi; 0.5 radians in the paper.
    ///   - overflow: what happens where `theta_y + m` passes pi.
    ///   - gradient: what goes backward through the margin.
    ///   - generator: gives the seeds of the first values.
    public init(
        classes: Int, embedding: Int, centers: Int = 3, scale: Double = 64, margin: Angle = .radians(0.5),
        overflow: MarginOverflow = .cosine, gradient: MarginGradient = .exact,
        using generator: inout some RandomNumberGenerator
    ) {
        requireScale(scale, "SubCenterArcFaceHead")
        requireMargin(margin, "SubCenterArcFaceHead")
        require(centers > 0, "SubCenterArcFaceHead: expected 1 centre or more a class, got \(centers)")
        self.classes = classes
        self.centers = centers
        self.scale = scale
        self.margin = AngularMargin(angle: .same(margin.radians), overflow: overflow, gradient: gradient)
        weight = ClassVectors.drawn(
            classes: classes * centers, embedding: embedding, for: "SubCenterArcFaceHead", using: &generator)
    }

    /// The target logit over the angle to the nearest vector of the class.
    public var marginCurves: [MarginCurve] { [MarginCurve(margin, scale: scale)] }

    /// The mean cross entropy of embeddings `[N, D]` with labels `[N]` int64 in `0..<C`; 0 for an empty batch.
    public func loss(_ embeddings: Tensor, _ labels: Tensor) -> Loss {
        labels.checkLabels(
            for: embeddings, dimension: weight.tensor.size(1), classes: classes, "SubCenterArcFaceHead.loss")
        return withPrecision(.fp32, on: embeddings.device) {
            let cosines = nearestCosines(embeddings)
            return Loss(
                crossEntropy(
                    cosines * scale, labels, target: margin(cosines.targets(labels)) * scale))
        }
    }

    /// The logits `[N, C]` of embeddings `[N, D]`, without the margin: s times the cosine of the nearest vector of each class.
    public func logits(_ embeddings: Tensor) -> Tensor {
        nearestCosines(embeddings) * scale
    }

    /// The samples that lie apart from the greater part of their class, which are wrongly labelled more often than not.
    ///
    /// The dominant vector of a class is the one that is nearest to most of its samples among those given, so give all of
    /// them at once.
    ///
    /// - Parameters:
    ///   - embeddings: `[N, D]`.
    ///   - labels: `[N]` int64 in `0..<C`.
    ///   - beyond: the angle to the dominant vector above which a sample is an outlier; 75 degrees in the paper.
    /// - Returns: the positions of the outliers in the batch, in rising order.
    public func outliers(_ embeddings: Tensor, _ labels: Tensor, beyond: Angle = .degrees(75)) -> [Int] {
        labels.checkLabels(
            for: embeddings, dimension: weight.tensor.size(1), classes: classes, "SubCenterArcFaceHead.outliers")
        guard labels.count > 0 else { return [] }
        return withoutGradients {
            let own = withPrecision(.fp32, on: embeddings.device) { ownCosines(embeddings, labels) }
            let nearest = labels * Tensor(centers).to(labels.device) + own.argumentMaximum(along: 1)
            let counts = nearest.occurrences(minimumLength: classes * centers).reshaped([classes, centers])
            let dominant = counts.argumentMaximum(along: 1).gathered(labels)
            let angles = own.targets(dominant).anglesOfCosines().to(.float64).array(of: Double.self)
            return angles.indices.filter { angles[$0] > beyond.radians }
        }
    }

    /// The cosines `[N, K]` of samples with the vectors of their own class.
    private func ownCosines(_ embeddings: Tensor, _ labels: Tensor) -> Tensor {
        let vectors = weight.tensor.normalised().reshaped([classes, centers, -1])
        let parts = stride(from: 0, to: labels.count, by: Self.chunk).map { start in
            let rows = start..<min(start + Self.chunk, labels.count)
            let directions = embeddings[rows].to(vectors.dtype).normalizedRows()
            return vectors.gathered(labels[rows]).matrixProduct(directions.unsqueezed(2)).squeezed(2)
        }
        return Tensor.concatenated(parts).clamped(min: -1, max: 1)
    }

    private func nearestCosines(_ embeddings: Tensor) -> Tensor {
        ClassVectors(weight: weight.tensor).cosines(embeddings)
            .reshaped([embeddings.size(0), classes, centers]).maximum(along: [2])
    }
}
