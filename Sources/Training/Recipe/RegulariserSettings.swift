import Configuration
import Files
import MetricLearning

/// `center`.
struct CenterLossSettings: LossSettings {
    static let name = "center"
    static let summary = "Draws embeddings to the centre of their class"
    static let formula = "mean |x - c_y|^2; update: paper, half of it"
    static let source = #"Wen et al., "A Discriminative Feature Learning Approach", ECCV 2016"#

    enum Update: String, Codable, CaseIterable {
        case gradient, paper, movingAverage
    }

    let update: Update
    let rate: Double

    var needsOptimizer: Bool { update == .gradient }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        update = try container.value(.update, default: .gradient)
        rate = try container.value(.rate, default: 0.5, in: 0...1)
    }

    func make(_ surroundings: LossSurroundings, using generator: inout some RandomNumberGenerator) -> any EmbeddingLoss
    {
        let rule: CenterLoss.Update =
            switch update {
            case .gradient: .gradient
            case .paper: .paper(rate: rate)
            case .movingAverage: .movingAverage(rate: rate)
            }
        return CenterLoss(
            classes: surroundings.classes, embedding: surroundings.embedding, update: rule, using: &generator)
    }
}

/// `intra`.
struct IntraLossSettings: LossSettings {
    static let name = "intra"
    static let summary = "Angles between embeddings and their class vectors"
    static let formula = "1 / (pi N) sum_i theta_i"
    static let source = #"Deng et al., "ArcFace", CVPR 2019, eq. 5"#
    static let needsAngularHead = true

    func make(_ surroundings: LossSurroundings, using generator: inout some RandomNumberGenerator) -> any EmbeddingLoss
    {
        IntraLoss(of: surroundings.angularHead)
    }
}

/// `inter`.
struct InterLossSettings: LossSettings {
    static let name = "inter"
    static let summary = "Class vectors pushed apart"
    static let formula = "-1 / (pi N (C - 1)) sum_i sum_j angle(w_y, w_j)"
    static let source = #"Deng et al., "ArcFace", CVPR 2019, eq. 6"#
    static let needsAngularHead = true

    func make(_ surroundings: LossSurroundings, using generator: inout some RandomNumberGenerator) -> any EmbeddingLoss
    {
        InterLoss(of: surroundings.angularHead)
    }
}

extension LossSurroundings {
    /// The head, which the recipe has checked to be angular.
    fileprivate var angularHead: any AngularHead {
        guard let head = head as? any AngularHead else {
            preconditionFailure("expected a head with class vectors, got \(type(of: head))")
        }
        return head
    }
}
