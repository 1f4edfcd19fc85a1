import Files
import MetricLearning
import NeuralNetwork
import Randomness
import TestSupport
import Torch

/// A loss as a fixture describes it.
struct PairLossSettings {
    let settings: Setting

    private func number(_ key: String) throws -> Double {
        guard let value = settings[key]?.number else {
            throw UserFacingError("fixture", field: key, problem: "is no number", remedy: "make the fixtures again")
        }
        return value
    }

    private func whole(_ key: String) throws -> Int { Int(try number(key)) }

    private var isNormalized: Bool { settings["normalize"]?.bool ?? true }

    private var distance: any Distance {
        switch settings["distance"]?.text {
        case "cosine": CosineDistance()
        case "angular": AngularDistance()
        case "squared": SquaredEuclideanDistance(normalized: isNormalized)
        default: EuclideanDistance(normalized: isNormalized)
        }
    }

    private var reducer: any Reducer {
        settings["reducer"]?.text == "meanNonZero" ? NonZeroMeanReducer() : MeanReducer()
    }

    /// The loss in float64, with proxies of C classes and D dimensions if it has any.
    func make(classes: Int = 1, embedding: Int = 1, miner: (any Miner)? = nil) throws -> any EmbeddingLoss {
        var generator = SeededGenerator(seed: 1)
        switch settings["loss"]?.text {
        case "contrastive":
            return ContrastiveLoss(
                positiveMargin: try number("positive_margin"), negativeMargin: try number("negative_margin"),
                form: settings["form"]?.text == "hinge" ? .linear : .squared, distance: distance)
        case "tripletMargin":
            return TripletMarginLoss(
                margin: try number("margin"), smooth: settings["smooth"]?.bool ?? false,
                swap: settings["swap"]?.bool ?? false, distance: distance, reducer: reducer, miner: miner)
        case "nPairs":
            return NPairsLoss(normalized: isNormalized, regularization: try number("l2_weight"))
        case "ntXent":
            return NTXentLoss(temperature: try number("temperature"))
        case "supCon":
            return SupConLoss(
                temperature: try number("temperature"), baseTemperature: settings["base_temperature"]?.number,
                reducer: reducer)
        case "multiSimilarity":
            return MultiSimilarityLoss(
                positiveScale: try number("alpha"), negativeScale: try number("beta"), base: try number("base"),
                miner: settings["mining_epsilon"]?.number.map { MultiSimilarityMiner(tolerance: $0) })
        case "circle":
            return CircleLoss(relaxation: try number("margin"), scale: try number("gamma"))
        case "liftedStructure":
            return LiftedStructureLoss(
                negativeMargin: try number("margin"), distance: EuclideanDistance(normalized: isNormalized))
        case "generalizedLiftedStructure":
            return GeneralizedLiftedStructureLoss(
                positiveMargin: try number("positive_margin"), negativeMargin: try number("negative_margin"),
                distance: distance)
        case "fastAP":
            return FastAPLoss(bins: try whole("bins"))
        case "rankedList":
            return RankedListLoss(
                boundary: try number("boundary"), margin: try number("margin"),
                negativeShare: try number("negative_share"), positiveScale: try number("positive_scale"),
                negativeScale: try number("negative_scale"))
        case "proxyNCA":
            return ProxyNCALoss(
                classes: classes, embedding: embedding, scale: try number("scale"),
                denominator: settings["form"]?.text == "original" ? .otherProxies : .allProxies, using: &generator
            ).to(.float64)
        case "proxyAnchor":
            return ProxyAnchorLoss(
                classes: classes, embedding: embedding, scale: try number("alpha"), margin: try number("margin"),
                using: &generator
            ).to(.float64)
        case "softTriple":
            return SoftTripleLoss(
                classes: classes, embedding: embedding, centersPerClass: try whole("centers"),
                scale: try number("scale"), gamma: try number("gamma"), margin: try number("margin"),
                regularization: try number("regularizer_weight"), using: &generator
            ).to(.float64)
        case "prototypical":
            return PrototypicalLoss(shots: try whole("shots"))
        default:
            throw UserFacingError("fixture", field: "loss", problem: "is unknown", remedy: "make the fixtures again")
        }
    }
}

/// A miner that always chooses the same triplets, `[T, 3]` int64.
struct GivenTriplets: Miner {
    let triplets: Tensor

    func mine(_ comparison: Comparison) -> MinedIndices {
        .triplets(
            IndexTriplets(
                anchors: triplets.selected(0, along: 1), positives: triplets.selected(1, along: 1),
                negatives: triplets.selected(2, along: 1)))
    }
}
