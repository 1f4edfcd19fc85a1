/// A head whose target logit can be drawn over the angle to the class vector.
public protocol MarginCurveHead: ClassifierHead {
    /// The curve; several where the margin depends on the sample or on how far training has come, each with its condition.
    var marginCurves: [MarginCurve] { get }
}
