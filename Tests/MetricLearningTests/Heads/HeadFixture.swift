@testable import MetricLearning
import Files
import NeuralNetwork
import Randomness
import TestSupport
import Torch

/// The head and the loss that a case of `heads.safetensors` describes.
struct HeadFixture {
    let head: any ClassifierHead
    let loss: (Tensor, Tensor) -> Loss

    init(_ item: Fixture.Case) throws {
        var generator = SeededGenerator(seed: 1)
        let weight = try item.tensor("weight", as: .float64)
        let classes = weight.size(0)
        let embedding = weight.size(-1)
        func number(_ name: String) -> Double { item.settings[name]?.number ?? .nan }
        func text(_ name: String) -> String { item.settings[name]?.text ?? "" }
        func angle(_ name: String) -> Angle { .radians(number(name)) }
        let overflow = MarginOverflow(rawValue: text("overflow")) ?? .none
        let gradient = MarginGradient(rawValue: text("gradient")) ?? .exact
        let kind = text("head")
        func arcFace() -> ArcFaceHead {
            ArcFaceHead(
                classes: classes, embedding: embedding, scale: number("scale"), margin: angle("margin_radians"),
                overflow: overflow, gradient: gradient, using: &generator)
        }
        let head: any ClassifierHead
        switch kind {
        case "softmax":
            head = SoftmaxHead(classes: classes, embedding: embedding, using: &generator)
        case "normSoftmax", "intra", "inter":
            let scale = kind == "normSoftmax" ? number("scale") : 1
            head = NormSoftmaxHead(classes: classes, embedding: embedding, scale: scale, using: &generator)
        case "l2Softmax":
            let isLearnt = item.settings["learnt_alpha"]?.bool ?? false
            head = L2SoftmaxHead(
                classes: classes, embedding: embedding,
                length: isLearnt ? .learnt(initial: number("alpha")) : .fixed(number("alpha")), using: &generator)
        case "arcFace", "arcFaceRegularized":
            head = arcFace()
        case "cosFace":
            head = CosFaceHead(
                classes: classes, embedding: embedding, scale: number("scale"), margin: number("margin"),
                using: &generator)
        case "sphereFace":
            head = SphereFaceHead(
                classes: classes, embedding: embedding, multiplier: number("multiplier"),
                form: .annealed(.init(start: 0, floor: number("annealing"))), using: &generator)
        case "sphereFaceFixed":
            head = SphereFaceHead(
                classes: classes, embedding: embedding, multiplier: number("multiplier"),
                form: .normalised(scale: number("scale"), gradient: gradient), using: &generator)
        case "combinedMargin":
            head = CombinedMarginHead(
                classes: classes, embedding: embedding, scale: number("scale"), multiplier: number("multiplier"),
                angle: angle("margin_radians"), cosine: number("cosine_margin"), overflow: overflow,
                gradient: gradient, using: &generator)
        case "subCenterArcFace":
            head = SubCenterArcFaceHead(
                classes: classes, embedding: embedding, centers: weight.size(1), scale: number("scale"),
                margin: angle("margin_radians"), overflow: overflow, gradient: gradient, using: &generator)
        case "adaFace":
            head = AdaFaceHead(
                classes: classes, embedding: embedding, scale: number("scale"), margin: angle("margin"),
                concentration: number("h"), momentum: number("momentum"), using: &generator)
        case "magFace":
            head = MagFaceHead(
                classes: classes, embedding: embedding, scale: number("scale"),
                lengths: number("lower_norm")...number("upper_norm"), leastMargin: angle("lower_margin_radians"),
                greatestMargin: angle("upper_margin_radians"), regularisation: number("regularizer_weight"),
                overflow: overflow, using: &generator)
        case "curricularFace":
            head = CurricularFaceHead(
                classes: classes, embedding: embedding, scale: number("scale"), margin: angle("margin_radians"),
                momentum: number("momentum"), using: &generator)
        case "elasticFace":
            head = ElasticFaceHead(
                classes: classes, embedding: embedding, scale: number("scale"),
                margin: text("form") == "angle" ? .arc() : .cosine(),
                sortsMargins: item.settings["plus"]?.bool ?? false, overflow: overflow, using: &generator)
        default:
            throw UserFacingError(kind, problem: "is no head that the tests know", remedy: "add it")
        }
        if let entropic = head as? any CrossEntropyHead {
            entropic.labelSmoothing = item.settings["label_smoothing"]?.number ?? 0
        }
        head.to(.float64)
        var state = head.state()
        for name in state.keys where item.has(name) { state[name] = try item.tensor(name, as: .float64) }
        state["weight"] = weight.reshaped([-1, embedding])
        try head.load(state, from: item.name)
        self.head = head
        switch head {
        case let head as any AngularHead where kind == "intra":
            loss = { number("factor") * IntraLoss(of: head)($0, $1) }
        case let head as any AngularHead where kind == "inter":
            loss = { number("factor") * InterLoss(of: head)($0, $1) }
        case let head as any AngularHead where kind == "arcFaceRegularized":
            loss = {
                head.loss($0, $1) + number("intra_factor") * IntraLoss(of: head)($0, $1)
                    + number("inter_factor") * InterLoss(of: head)($0, $1)
            }
        case let head as ElasticFaceHead:
            let margins = try item.tensor("margins", as: .float64)
            loss = { head.loss($0, $1, margins: margins) }
        default:
            loss = { head.loss($0, $1) }
        }
    }
}
