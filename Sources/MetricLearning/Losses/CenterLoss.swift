public import NeuralNetwork
public import Torch

/// Draws each embedding to the centre of its class, while the centres follow their embeddings.
///
/// Three rules for the centres are in use, and their values differ too; see ``Update``. The distance is always computed from
/// the difference `x - c[y]` itself: the expanded square loses all digits for long vectors. Wen et al., "A Discriminative
/// Feature Learning Approach for Deep Face Recognition", ECCV 2016.
public final class CenterLoss: Module, EmbeddingLoss {
    /// How the centres follow.
    public enum Update: Sendable, Equatable {
        /// The centres are parameters of an optimizer of their own: `L = mean_i |x_i - c[y_i]|^2`.
        ///
        /// Their gradient is that of `L` itself, whatever weight the loss has beside others. The form of the widespread
        /// PyTorch rebuildings, which use plain SGD at the rate 0.5.
        case gradient

        /// The paper's own step, made with each loss: `L = 1/2 mean_i |x_i - c[y_i]|^2` and
        /// `c_j -= rate * sum_{i: y_i = j} (c_j - x_i) / (1 + n_j)`, with the rate in 0...1; 0.5 in the paper.
        ///
        /// The paper (eq. 2 and 5) sums over the batch, in this loss and in the cross entropy beside it. Heads here take means;
        /// with the mean in both, a weight is the paper's lambda.
        case paper(rate: Double)

        /// Each centre moves a share of the way to the mean of its embeddings in the batch:
        /// `L = mean_i |x_i - c[y_i]|^2`, `c_j += rate * (mean_j - c_j)`, with the rate in 0...1.
        case movingAverage(rate: Double)
    }

    private let centers: Parameter
    private let update: Update

    /// Creates centres drawn from the standard normal distribution.
    ///
    /// - Parameters:
    ///   - classes: C.
    ///   - embedding: D, the length of an embedding.
    ///   - update: how the centres follow.
    ///   - generator: gives the seeds of the first values.
    public convenience init(
        classes: Int, embedding: Int, update: Update = .gradient, using generator: inout some RandomNumberGenerator
    ) {
        self.init(centers: .normal([classes, embedding], using: &generator), update: update)
    }

    /// Creates the loss with given centres, `[C, D]`.
    public init(centers: Tensor, update: Update = .gradient) {
        require(centers.rank == 2, "CenterLoss: expected centres [C, D], got \(centers.signature)")
        self.centers = Parameter(centers, isConstant: update != .gradient)
        self.update = update
    }

    /// The centres, `[C, D]`.
    public var classCenters: Tensor { centers.tensor.detached() }

    /// The loss of embeddings `[N, D]` with labels `[N]` int64 in `0..<C`; 0 for an empty batch.
    ///
    /// While the module trains, the paper's and the moving rule also move the centres, after the loss was taken.
    public func callAsFunction(_ embeddings: Tensor, _ labels: Tensor) -> Loss {
        labels.checkLabels(
            for: embeddings, dimension: centers.tensor.size(1), classes: centers.tensor.size(0), "CenterLoss")
        return withPrecision(.fp32, on: embeddings.device) {
            let x = embeddings.to(centers.tensor.dtype)
            let count = Double(max(1, embeddings.size(0)))
            switch update {
            case .gradient:
                let squares = (x - centers.tensor.detached().gathered(labels)).squared().sum() / count
                let own = (x.detached() - centers.tensor.gathered(labels)).squared().sum() / count
                // Only its gradient is wanted, so that the value is not counted twice.
                return Loss(squares, own: own - own.detached())
            case .paper(let rate):
                let difference = x - centers.tensor.gathered(labels)
                move(difference, labels) { $0 / ($1 + 1) * rate }
                return Loss(difference.squared().sum() / (2 * count))
            case .movingAverage(let rate):
                let difference = x - centers.tensor.gathered(labels)
                move(difference, labels) { $0 / $1.clamped(min: 1) * rate }
                return Loss(difference.squared().sum() / count)
            }
        }
    }

    /// Adds to each centre what `step` makes of the sum of its differences `[C, D]` and their number `[C, 1]`.
    private func move(_ differences: Tensor, _ labels: Tensor, step: (_ sums: Tensor, _ counts: Tensor) -> Tensor) {
        guard isTraining else { return }
        withoutGradients {
            let zeros = Tensor.zeros(centers.tensor.shape, dtype: differences.dtype, device: differences.device)
            let sums = zeros.adding(differences.detached(), at: labels)
            let counts = labels.occurrences(minimumLength: centers.tensor.size(0)).to(sums.dtype).unsqueezed(1)
            centers.tensor.add(step(sums, counts))
        }
    }
}
