/// What goes backward through an angular margin.
public enum MarginGradient: String, Sendable, CaseIterable, Codable {
    /// The derivative of the target cosine by c, `sin(theta + m) / sin(theta)`. It grows without bound towards
    /// c = 1 and c = -1; there it is taken one rounding step inside, where it is finite.
    case exact

    /// 1, as if the margin were a constant: what a program gets that applies the margin outside of automatic
    /// differentiation. Bounded everywhere, but not the slope of the loss that is reported.
    case straightThrough
}
