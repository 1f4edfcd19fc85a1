import Configuration
import MetricLearning

/// What recipes may choose for every loss that compares pairs.
struct PairRecipe: Encodable, Sendable {
    /// What one kind of loss leaves open, with its defaults.
    struct Choices {
        /// The usual distance; nil where the loss has its own.
        var distance: DistanceSetting?
        /// The usual reducer; nil where the loss has its own.
        var reducer: ReducerSetting?
        /// Whether a miner may choose pairs.
        var miner = false
        /// Whether it may compare with embeddings of batches before.
        var memory = false
    }

    let distance: DistanceSetting?
    let reducer: ReducerSetting?
    /// Nil for all pairs.
    let miner: MinerRecipe?
    /// How many embeddings of batches before are kept to compare with; 0 for none.
    let memory: Int?

    private let choices: Choices

    private enum CodingKeys: String, CodingKey {
        case distance, reducer, miner, memory
    }

    /// Reads what the kind of loss leaves open; what it does not is an unknown key.
    init(from decoder: any Decoder, choices: Choices) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.choices = choices
        distance = try choices.distance.map { try container.value(.distance, default: $0) }
        reducer = try choices.reducer.map { try container.value(.reducer, default: $0) }
        miner = choices.miner ? try container.decodeIfPresent(MinerRecipe.self, forKey: .miner) : nil
        memory = choices.memory ? try container.value(.memory, default: 0, .notNegative) : nil
    }

    /// Writes what the kind of loss leaves open.
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        if let distance { try container.encode(distance, forKey: .distance) }
        if let reducer { try container.encode(reducer, forKey: .reducer) }
        if choices.miner { try container.encode(miner, forKey: .miner) }
        if let memory { try container.encode(memory, forKey: .memory) }
    }
}

/// How far apart embeddings are, as recipes name it.
enum DistanceSetting: String, Codable, CaseIterable, Sendable {
    /// Of embeddings normalised to length 1.
    case euclidean
    /// Of embeddings normalised to length 1.
    case squaredEuclidean = "squared-euclidean"
    /// Of embeddings as they are.
    case plainEuclidean = "plain-euclidean"
    /// Of embeddings as they are.
    case plainSquaredEuclidean = "plain-squared-euclidean"
    /// A similarity: larger means closer.
    case cosine
    /// 1 - cosine.
    case cosineDistance = "cosine-distance"
    /// In radians.
    case angular

    var distance: any Distance {
        switch self {
        case .euclidean: EuclideanDistance()
        case .squaredEuclidean: SquaredEuclideanDistance()
        case .plainEuclidean: EuclideanDistance(normalized: false)
        case .plainSquaredEuclidean: SquaredEuclideanDistance(normalized: false)
        case .cosine: CosineSimilarity()
        case .cosineDistance: CosineDistance()
        case .angular: AngularDistance()
        }
    }
}

/// How many losses become one, as recipes name it.
enum ReducerSetting: String, Codable, CaseIterable, Sendable {
    case mean, nonZeroMean, sum

    var reducer: any Reducer {
        switch self {
        case .mean: MeanReducer()
        case .nonZeroMean: NonZeroMeanReducer()
        case .sum: SumReducer()
        }
    }
}
