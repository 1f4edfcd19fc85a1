import Files
public import Torch

/// The squared distance to the nearest class mean, measured in deviations of a covariance that all classes share.
///
/// The covariance is that of the embeddings around the means of their classes, over N. It is computed in float64 and never
/// inverted: samples are solved against its Cholesky factor. Lee et al., "A simple unified framework for detecting
/// out-of-distribution samples and adversarial attacks", 2018, eq. 1 and 2.
public struct MahalanobisScore: UnknownScorer {
    /// The share of the identity in the covariance, from 0 to 1.
    public let shrinkage: Double
    private let factor: Tensor
    private let origin: Tensor
    private let means: Tensor

    private static let factorOperator = Operator("aten::linalg_cholesky_ex")
    private static let solveOperator = Operator("aten::linalg_solve_triangular")

    /// `mahalanobis`.
    public var name: String { "mahalanobis" }

    /// Embeddings.
    public var input: UnknownScorerInput { .embeddings }

    /// Measures means and covariance of a gallery.
    ///
    /// - Parameters:
    ///   - gallery: `[N, D]`.
    ///   - labels: the class of each row, `[N]`, any 64-bit number.
    ///   - shrinkage: how far the covariance is drawn to a multiple of the identity.
    /// - Throws: `UserFacingError` when a row is not finite, or the covariance is singular: fewer rows than dimensions
    ///   without shrinkage, or embeddings that are all their classes' means.
    /// - Precondition: there is a label for each row, and a fixed shrinkage is from 0 to 1.
    public init(gallery: Tensor, labels: [Int64], shrinkage: CovarianceShrinkage = .ledoitWolf) throws {
        try gallery.checkRows("embeddings", "MahalanobisScore")
        let exact = gallery.detached().to(.float64)
        let origin = exact.mean(along: [0], keeping: true)
        let (means, places) = (exact - origin).classMeans(labels, "MahalanobisScore")
        let residuals = exact - origin - means.gathered(places)
        let covariance = residuals.transposed().matrixProduct(residuals) / Double(labels.count)
        let dimensions = Double(gallery.size(1))
        let scale = covariance.diagonal().sum().item() / dimensions
        switch shrinkage {
        case .fixed(let share):
            require((0...1).contains(share), "MahalanobisScore: expected a shrinkage from 0 to 1, got \(share)")
            self.shrinkage = share
        case .ledoitWolf:
            self.shrinkage = Self.ledoitWolf(residuals, covariance: covariance, scale: scale)
        }
        let shrunk = covariance * (1 - self.shrinkage)
        shrunk.diagonal().add(.full([], self.shrinkage * scale, dtype: .float64, device: shrunk.device))
        let results = Self.factorOperator.tensors(.tensor(shrunk), .bool(false), .bool(false))
        let pivots = results[0].diagonal()
        let ratio = (pivots.minimum() / pivots.maximum()).squared().item()
        // Pivots below the rounding of the sums that they come from are no numbers to divide by.
        guard scale > 0, results[1].item() == 0, ratio > dimensions * Double.ulpOfOne else {
            throw UserFacingError(
                "covariance", problem: "of \(labels.count) embeddings in \(gallery.size(1)) dimensions is singular",
                remedy: "use a shrinkage above \(self.shrinkage), or more embeddings that differ within their classes")
        }
        factor = results[0]
        self.origin = origin
        self.means = Self.solve(results[0], means)
    }

    /// The squared distance of each embedding `[N, D]` to the nearest mean: `[N]`.
    ///
    /// - Parameter samples: `[N, D]`.
    /// - Throws: `UserFacingError` that names the first row that is not finite.
    public func scores(of samples: Tensor) throws -> [Double] {
        try samples.checkRows("embeddings", name)
        let solved = Self.solve(factor, samples.detached().to(.float64) - origin)
        return solved.inBlocks(against: means.size(0)) {
            $0.euclideanDistances(to: means).minimum(along: [1]).squared()
        }
    }

    /// Rows `[N, D]` in the coordinates in which the covariance is the identity.
    private static func solve(_ factor: Tensor, _ rows: Tensor) -> Tensor {
        solveOperator(
            .tensor(factor), .tensor(rows.transposed()), .bool(false), .bool(true), .bool(false)
        ).transposed().contiguous()
    }

    /// The paper's estimate, lemma 3.2 and 3.3, for rows of mean zero.
    private static func ledoitWolf(_ rows: Tensor, covariance: Tensor, scale: Double) -> Double {
        let (count, dimensions) = (Double(rows.size(0)), Double(rows.size(1)))
        let spread = covariance.squared().sum().item() / dimensions
        let distance = spread - scale * scale
        let fourth = rows.squared().sum(along: [1]).squared().sum().item() / dimensions
        let error = (fourth / count - spread) / count
        // A covariance that is a multiple of the identity already is the same with any share.
        return error <= 0 || distance <= 0 ? 0 : min(error, distance) / distance
    }
}
