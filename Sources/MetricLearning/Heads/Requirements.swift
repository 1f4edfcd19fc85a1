import Torch

/// Traps unless a head's scale is a positive number.
func requireScale(_ scale: Double, _ head: String) {
    require(scale > 0 && scale.isFinite, "\(head): expected a scale above 0, got \(scale)")
}

/// Traps unless an angular margin is within 0..<pi.
func requireMargin(_ margin: Angle, _ head: String) {
    require(
        (0..<Double.pi).contains(margin.radians),
        "\(head): expected a margin from 0 to below pi radians, got \(margin.radians)")
}

/// Traps unless a margin of a cosine is a number of 0 or more.
func requireMargin(_ margin: Double, _ head: String) {
    require(margin >= 0 && margin.isFinite, "\(head): expected a margin of 0 or more, got \(margin)")
}
