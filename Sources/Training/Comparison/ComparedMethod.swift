import Configuration

/// One of the methods of a comparison: what teaches the embeddings.
public struct ComparedMethod: Codable, Sendable {
    /// What the method is called; its runs lie in a folder of that name.
    public let name: String
    /// The classifier.
    let head: HeadRecipe
    /// Losses beside the head's.
    let losses: [LossRecipe]
    /// What trains the parts that it alone has, or that it trains otherwise.
    let optimizers: [OptimizerRecipe]
    /// A limit on the gradients of its own.
    let gradientLimit: Double?

    private enum CodingKeys: String, CodingKey {
        case name, head, losses, optimizers, gradientLimit
    }

    /// Reads `{ name: arcface, head: { name: arcface, margin: 0.5 } }`.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        name = try container.value(.name, .folderName)
        head = try container.value(.head, default: .none)
        losses = try container.value(.losses, default: [])
        optimizers = try container.value(.optimizers, default: [])
        gradientLimit = try container.optional(.gradientLimit, .positive)
    }
}
