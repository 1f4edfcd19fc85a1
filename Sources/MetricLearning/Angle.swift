/// An angle, so that no number has to say whether it is in radians or in degrees.
public struct Angle: Sendable, Hashable {
    /// The angle in radians; a full turn is 2 pi.
    public let radians: Double

    /// The angle in degrees; a full turn is 360.
    public var degrees: Double { radians * 180 / .pi }

    /// An angle in radians.
    public static func radians(_ value: Double) -> Angle { Angle(radians: value) }

    /// An angle in degrees.
    public static func degrees(_ value: Double) -> Angle { Angle(radians: value * .pi / 180) }
}
