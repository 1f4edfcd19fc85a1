import MetricLearning
import NeuralNetwork
import Randomness
import Torch

/// A loss of every kind, by name.
enum EveryPairLoss: String, CaseIterable, Sendable {
    case contrastive, contrastiveSquared, contrastiveCosine, triplet, tripletSmooth, tripletSwap, tripletCosine
    case tripletAngular, tripletSemiHard, tripletDistanceWeighted, nPairs, ntXent, supCon, multiSimilarity
    case multiSimilarityMined, circle, circleBatch, liftedStructure, generalizedLiftedStructure, fastAP, rankedList
    case rankedListWide, proxyNCA, proxyNCAOriginal, proxyAnchor, softTriple, prototypical

    /// Classes of the losses that have proxies.
    static let classes = 4

    /// Whether labels must be in `0..<classes`.
    var hasProxies: Bool { [.proxyNCA, .proxyNCAOriginal, .proxyAnchor, .softTriple].contains(self) }

    /// Whether the order of the batch chooses which samples stand for what.
    var dependsOnOrder: Bool { [.nPairs, .prototypical, .tripletDistanceWeighted].contains(self) }

    /// Whether the loss holds factors or embeddings constant on purpose, so that its gradient is no slope.
    var holdsConstant: Bool { [.circle, .circleBatch, .rankedList, .rankedListWide].contains(self) }

    /// Whether negatives are pushed apart where there is no positive.
    var pushesAlone: Bool {
        let kinds: [Self] = [
            .contrastive, .contrastiveSquared, .contrastiveCosine, .multiSimilarity, .rankedList, .rankedListWide,
        ]
        return kinds.contains(self)
    }

    /// Whether positives are drawn together where there is no negative; those of SupCon compete with each other, and those of
    /// MultiSimilarity move by little where they are near.
    var pullsAlone: Bool { pushesAlone || [.supCon, .nPairs].contains(self) }

    /// Whether another case has most of its code.
    var isVariant: Bool {
        let kinds: [Self] = [
            .contrastiveSquared, .contrastiveCosine, .tripletSmooth, .tripletCosine, .tripletAngular,
            .tripletSemiHard, .multiSimilarityMined, .circleBatch, .rankedListWide, .proxyNCAOriginal,
        ]
        return kinds.contains(self)
    }

    /// Whether the loss compares embeddings by their length too.
    var dependsOnLength: Bool { self == .prototypical }

    /// The loss for D dimensions; its own numbers are float32 until it is converted.
    func make(embedding: Int) -> any EmbeddingLoss {
        var generator = SeededGenerator(seed: 7)
        let classes = Self.classes
        switch self {
        case .contrastive: return ContrastiveLoss()
        case .contrastiveSquared: return ContrastiveLoss(form: .squared)
        case .contrastiveCosine:
            return ContrastiveLoss(positiveMargin: 1, negativeMargin: 0, distance: CosineSimilarity())
        case .triplet: return TripletMarginLoss(margin: 0.2)
        case .tripletSmooth: return TripletMarginLoss(smooth: true, distance: SquaredEuclideanDistance())
        case .tripletSwap: return TripletMarginLoss(margin: 0.2, swap: true)
        case .tripletCosine:
            return TripletMarginLoss(margin: 0.1, distance: CosineSimilarity(), reducer: SumReducer())
        case .tripletAngular: return TripletMarginLoss(angularMargin: .radians(0.35), reducer: MeanReducer())
        case .tripletSemiHard: return TripletMarginLoss(margin: 0.5, miner: SemiHardMiner(margin: 0.5))
        case .tripletDistanceWeighted:
            let miner = DistanceWeightedMiner(using: &generator)
            return TripletMarginLoss(margin: 0.2, miner: miner)
        case .nPairs: return NPairsLoss(regularization: 0.002)
        case .ntXent: return NTXentLoss()
        case .supCon: return SupConLoss()
        case .multiSimilarity: return MultiSimilarityLoss()
        case .multiSimilarityMined: return MultiSimilarityLoss(miner: MultiSimilarityMiner())
        case .circle: return CircleLoss()
        case .circleBatch: return CircleLoss(relaxation: 0.25, scale: 256, scope: .batch)
        case .liftedStructure: return LiftedStructureLoss()
        case .generalizedLiftedStructure: return GeneralizedLiftedStructureLoss()
        case .fastAP: return FastAPLoss()
        case .rankedList: return RankedListLoss()
        case .rankedListWide: return RankedListLoss(margin: 1, negativeShare: 0.3, positiveScale: 4)
        case .proxyNCA: return ProxyNCALoss(classes: classes, embedding: embedding, scale: 8, using: &generator)
        case .proxyNCAOriginal:
            return ProxyNCALoss(
                classes: classes, embedding: embedding, denominator: .otherProxies, using: &generator)
        case .proxyAnchor: return ProxyAnchorLoss(classes: classes, embedding: embedding, using: &generator)
        case .softTriple:
            return SoftTripleLoss(classes: classes, embedding: embedding, centersPerClass: 3, using: &generator)
        case .prototypical: return PrototypicalLoss(shots: 1)
        }
    }

    /// The loss in float64.
    func inDouble(embedding: Int) -> any EmbeddingLoss {
        let loss = make(embedding: embedding)
        loss.to(.float64)
        return loss
    }
}
