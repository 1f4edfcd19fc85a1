import MetricLearning
import NeuralNetwork
import Randomness
import Torch

/// A head with its settings, to be made in any size: what tests of all heads run over.
struct HeadKind: Sendable, CustomStringConvertible {
    typealias Make = @Sendable (_ classes: Int, _ embedding: Int, inout SeededGenerator) -> any ClassifierHead

    let description: String
    /// The power of the embedding's length that the logits follow: 0 or 1.
    var logitsFollowLength = 0
    /// Whether the loss does not depend on the embedding's length.
    var lossIgnoresLength = true
    /// Whether the gradient is the slope of the loss.
    var isExact = true
    /// How many rows of the weight a class has.
    var rowsPerClass = 1
    let make: Make

    init(
        _ description: String, logitsFollowLength: Int = 0, lossIgnoresLength: Bool = true, isExact: Bool = true,
        rowsPerClass: Int = 1, _ make: @escaping Make
    ) {
        self.description = description
        self.logitsFollowLength = logitsFollowLength
        self.lossIgnoresLength = lossIgnoresLength
        self.isExact = isExact
        self.rowsPerClass = rowsPerClass
        self.make = make
    }

    func head(classes: Int, embedding: Int, seed: UInt64 = 1) -> any ClassifierHead {
        var generator = SeededGenerator(seed: seed)
        return make(classes, embedding, &generator)
    }

    /// Every head with the settings of its paper, and each further choice once.
    static let all: [HeadKind] =
        [
            HeadKind("NormSoftmax") { NormSoftmaxHead(classes: $0, embedding: $1, using: &$2) },
            HeadKind("L2Softmax") { L2SoftmaxHead(classes: $0, embedding: $1, using: &$2) },
            HeadKind("L2Softmax learnt") {
                L2SoftmaxHead(classes: $0, embedding: $1, length: .learnt(initial: 8), bias: false, using: &$2)
            },
            HeadKind("CosFace") { CosFaceHead(classes: $0, embedding: $1, using: &$2) },
            HeadKind("SphereFace", logitsFollowLength: 1, lossIgnoresLength: false) {
                SphereFaceHead(classes: $0, embedding: $1, using: &$2)
            },
            HeadKind("SphereFace without annealing", logitsFollowLength: 1, lossIgnoresLength: false) {
                SphereFaceHead(classes: $0, embedding: $1, form: .annealed(.none), using: &$2)
            },
            HeadKind("SphereFace normalised", isExact: false) {
                SphereFaceHead(classes: $0, embedding: $1, form: .normalised(), using: &$2)
            },
            HeadKind("SphereFace normalised exact") {
                SphereFaceHead(classes: $0, embedding: $1, form: .normalised(gradient: .exact), using: &$2)
            },
            HeadKind("CM1") { CombinedMarginHead(classes: $0, embedding: $1, using: &$2) },
            HeadKind("CM2 cosine") {
                CombinedMarginHead(
                    classes: $0, embedding: $1, multiplier: 0.9, angle: .radians(0.4), cosine: 0.15, overflow: .cosine,
                    using: &$2)
            },
            HeadKind("Combined 1.35 cosine") {
                CombinedMarginHead(
                    classes: $0, embedding: $1, multiplier: 1.35, angle: .radians(0), cosine: 0, overflow: .cosine,
                    using: &$2)
            },
            HeadKind("SubCenter", rowsPerClass: 3) { SubCenterArcFaceHead(classes: $0, embedding: $1, using: &$2) },
            HeadKind("AdaFace", lossIgnoresLength: false) { AdaFaceHead(classes: $0, embedding: $1, using: &$2) },
            HeadKind("MagFace", lossIgnoresLength: false) { MagFaceHead(classes: $0, embedding: $1, using: &$2) },
            HeadKind("MagFace cosine", lossIgnoresLength: false) {
                MagFaceHead(
                    classes: $0, embedding: $1, lengths: 1...51, regularisation: 5, overflow: .cosine, using: &$2)
            },
            HeadKind("CurricularFace") { CurricularFaceHead(classes: $0, embedding: $1, using: &$2) },
            HeadKind("Elastic arc") { ElasticFaceHead(classes: $0, embedding: $1, using: &$2) },
            HeadKind("Elastic cosine") {
                ElasticFaceHead(classes: $0, embedding: $1, margin: .cosine(), using: &$2)
            },
            HeadKind("Elastic arc plus") {
                ElasticFaceHead(
                    classes: $0, embedding: $1, margin: .arc(deviation: .radians(0.0175)), sortsMargins: true,
                    using: &$2)
            },
            HeadKind("Elastic cosine plus") {
                ElasticFaceHead(
                    classes: $0, embedding: $1, margin: .cosine(deviation: 0.02), sortsMargins: true, using: &$2)
            },
        ]
        + MarginOverflow.allCases.flatMap { overflow in
            MarginGradient.allCases.map { gradient in
                HeadKind("ArcFace \(overflow) \(gradient)", isExact: gradient == .exact) {
                    ArcFaceHead(classes: $0, embedding: $1, overflow: overflow, gradient: gradient, using: &$2)
                }
            }
        }
}

extension Module {
    /// Puts class vectors, `[C, D]`, into the head's `weight`.
    func setWeight(_ weight: Tensor) throws {
        var state = self.state()
        state["weight"] = weight
        try load(state, from: "the test")
    }
}
