import Configuration
import MetricLearning

/// An angle in a recipe: a number of radians, or degrees as `28.6deg`.
///
/// Programs of this field disagree about the unit of an angular margin, so the recipe's is fixed, and a number that can only
/// be degrees is refused.
struct AngleSetting: Codable, Sendable, CustomStringConvertible {
    let angle: Angle

    var description: String { "\(angle.radians)" }

    private static let suffix = "deg"

    init(_ angle: Angle) {
        self.angle = angle
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let radians = try? container.decode(Double.self) {
            angle = .radians(radians)
        } else if let degrees = Self.degrees(try container.decode(String.self)) {
            angle = .degrees(degrees)
        } else {
            angle = .radians(.nan)
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(angle.radians)
    }

    private static func degrees(_ text: String) -> Double? {
        text.hasSuffix(suffix) ? Double(text.dropLast(suffix.count).trimmingPrefix(" ").description) : nil
    }

    /// From 0 to below half a turn.
    static let isMargin = SettingCheck<AngleSetting>("radians from 0 to 3.14, or degrees as 28.6deg") {
        (0..<Double.pi).contains($0.angle.radians)
    }
}
