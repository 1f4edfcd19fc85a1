/// What becomes of an angular margin that pushes the angle past pi, where the cosine would rise again.
///
/// With theta the angle between an embedding and its class vector, c its cosine and m the margin, the target cosine is
/// `cos(theta + m)` as long as `theta + m <= pi`.
public enum MarginOverflow: String, Sendable, CaseIterable, Codable {
    /// `c - m sin m` once `theta + m` passes pi: falls throughout, but jumps there from -1 down to `-cos m - m sin m`,
    /// which is -1.117 at m = 0.5. What most programs do.
    ///
    /// With a factor m1 on the angle, m stands for the angle that is left at the jump, `pi - (pi - m2) / m1`, which is m2
    /// for m1 = 1; it falls throughout as long as that is below 2.33.
    case cosine

    /// A margin only where c > 0, and c itself elsewhere: samples more than a quarter turn off are not pushed.
    ///
    /// The target jumps *up* by `sin m` (0.479 at m = 0.5) where theta passes a quarter turn, so it is not monotone: a
    /// sample just beyond is rewarded for turning away. In no paper, but in many programs, as `easy_margin`.
    case easy

    /// `cos(theta + m)` as it is, past pi too: the formula of the papers, smooth, but it rises again beyond pi, so
    /// that samples that lie opposite to their class are pushed to stay there.
    case none

    /// `theta + m` held within `[0.001, pi - 0.001]`: continuous, but flat beyond, so that samples that lie opposite to
    /// their class learn nothing from their own target.
    case clip
}
