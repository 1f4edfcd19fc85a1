import Torch

/// The sum of the losses of many triplets, and its derivative by every distance.
struct TripletSlopes {
    private let comparison: Comparison
    private let toOthers: Tensor
    private let amongOthers: Tensor?
    private var sum: Tensor
    private var divisor: Tensor?
    private var slopes: Tensor
    private var slopesAmongOthers: Tensor?

    /// Begins with no triplet; distances are `[N, M]` from anchors to others, and `[M, M]` where positives may swap.
    init(_ comparison: Comparison, _ toOthers: Tensor, _ amongOthers: Tensor?) {
        self.comparison = comparison
        self.toOthers = toOthers
        self.amongOthers = amongOthers
        func zeros(_ shape: [Int]) -> Tensor { .zeros(shape, dtype: toOthers.dtype, device: toOthers.device) }
        sum = zeros([])
        slopes = zeros(toOthers.shape)
        slopesAmongOthers = amongOthers.map { zeros($0.shape) }
    }

    /// Adds the triplets of some positive pairs `[P]` and all others.
    ///
    /// - Parameters:
    ///   - loss: their sum.
    ///   - slope: the derivative of each by its distance from anchor to positive, `[P, M]`.
    ///   - isSwapped: where the negative is measured from the positive, `[P, M]`.
    ///   - divisor: of the reducer.
    mutating func add(_ loss: Tensor, _ slope: Tensor, _ pairs: IndexPairs, _ isSwapped: Tensor?, divisor: Tensor?) {
        sum = sum + loss
        if let divisor { self.divisor = self.divisor.map { $0 + divisor } ?? divisor }
        let flat = slopes.reshaped([-1]).adding(slope.sum(along: [1]), at: comparison.places(of: pairs))
        let fromAnchor = isSwapped.map { slope.kept(where: .!$0) } ?? slope
        slopes = flat.reshaped(slopes.shape).adding(-fromAnchor, at: pairs.anchors)
        if let isSwapped {
            slopesAmongOthers = slopesAmongOthers?.adding(-slope.kept(where: isSwapped), at: pairs.others)
        }
    }

    /// The reduced loss, of no dimension, through which gradients flow to the distances.
    func tied() -> Tensor {
        let scale = divisor.map { $0.clamped(min: 1).reciprocal() } ?? .ones([], dtype: sum.dtype, device: sum.device)
        var tie = (toOthers * (slopes * scale)).sum()
        if let amongOthers, let slopesAmongOthers { tie = tie + (amongOthers * (slopesAmongOthers * scale)).sum() }
        // The tie has the derivative, and its own value is taken away again.
        return sum * scale + (tie - tie.detached())
    }
}
