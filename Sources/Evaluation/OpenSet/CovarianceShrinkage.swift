/// How far a measured covariance S of D dimensions is drawn to a multiple of the identity: `(1 - a) S + a trace(S) / D I`.
public enum CovarianceShrinkage: Sendable, Equatable {
    /// The share `a`, from 0 to 1.
    case fixed(Double)

    /// The share that is expected to be nearest to the true covariance. Ledoit and Wolf, "A well-conditioned estimator for
    /// large-dimensional covariance matrices", 2004.
    case ledoitWolf
}
