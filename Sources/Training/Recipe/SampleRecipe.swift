import Configuration
import MetricLearning

/// How many of a head's classes take part in a step beside those of the batch.
struct SampleRecipe: Codable, Sendable {
    /// The share of all classes that is drawn.
    let rate: Double
    /// What happens to class vectors that are not drawn.
    let others: ClassSampler.Others

    private enum CodingKeys: String, CodingKey {
        case rate, others
    }

    /// Reads `{ rate: 0.1, others: rest }`.
    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        rate = try container.value(.rate, SettingCheck("a share above 0 and up to 1") { $0 > 0 && $0 <= 1 })
        others = try container.value(.others, default: .rest)
    }
}
