import MetricLearning
import NeuralNetwork
import Randomness
import Testing
import TestSupport
import Torch

/// What holds for every head, over many random batches.
@Suite(.noLeaks) struct HeadInvariantTests {
    private static let seeds: [UInt64] = Array(1...20)

    private struct Draw {
        let embeddings: Tensor
        let labels: Tensor
        let classes: Int
        var generator: SeededGenerator

        init(seed: UInt64) {
            var generator = SeededGenerator(seed: seed)
            let classes = 2 + generator.index(below: 5)
            let batch = 2 + generator.index(below: 6)
            embeddings = Tensor.normal([batch, 4], dtype: .float64, using: &generator) * 12
            labels = Tensor((0..<batch).map { _ in generator.index(below: classes) })
            self.classes = classes
            self.generator = generator
        }

        func head(_ kind: HeadKind) -> any ClassifierHead {
            kind.head(classes: classes, embedding: 4, seed: UInt64(classes)).to(.float64)
        }
    }

    private func loss(_ head: any ClassifierHead, _ embeddings: Tensor, _ labels: Tensor) -> Double {
        withoutGradients { head.loss(embeddings, labels).value.item() }
    }

    @Test(arguments: HeadKind.all) func lengthsOfEmbeddings(kind: HeadKind) {
        for seed in Self.seeds {
            let draw = Draw(seed: seed)
            let head = draw.head(kind)
            head.evaluate()
            for factor in [0.5, 3, 1e20] {
                let scaled = draw.embeddings * factor
                let expected = head.logits(draw.embeddings) * (kind.logitsFollowLength == 1 ? factor : 1)
                expectEqual(
                    head.logits(scaled).detached(), expected.detached(), absolute: 1e-11, relative: 1e-12)
                if kind.lossIgnoresLength {
                    expectEqual(
                        loss(head, scaled, draw.labels), loss(head, draw.embeddings, draw.labels), absolute: 1e-10)
                }
            }
        }
    }

    @Test(arguments: HeadKind.all) func orderOfTheBatch(kind: HeadKind) {
        for seed in Self.seeds {
            var draw = Draw(seed: seed)
            let head = draw.head(kind)
            head.evaluate()
            let order = Tensor(draw.generator.permutation(of: draw.labels.count))
            expectEqual(
                loss(head, draw.embeddings.gathered(order), draw.labels.gathered(order)),
                loss(head, draw.embeddings, draw.labels), absolute: 1e-10)
        }
    }

    @Test(arguments: HeadKind.all) func orderOfTheClasses(kind: HeadKind) throws {
        for seed in Self.seeds {
            var draw = Draw(seed: seed)
            let head = draw.head(kind)
            head.evaluate()
            let order = draw.generator.permutation(of: draw.classes)
            let renumbered = draw.labels.array(of: Int.self).map { label in order.firstIndex(of: label) ?? -1 }
            let other = draw.head(kind)
            other.evaluate()
            var state = head.state().mapValues { $0.clone() }
            let rows = order.flatMap { row in (0..<kind.rowsPerClass).map { row * kind.rowsPerClass + $0 } }
            for name in ["weight", "bias"] { state[name] = state[name]?.gathered(Tensor(rows)) }
            try other.load(state, from: "the test")
            expectEqual(
                loss(other, draw.embeddings, Tensor(renumbered)), loss(head, draw.embeddings, draw.labels),
                absolute: 1e-10)
        }
    }

    /// A sample's logits are its own, whoever stands beside it.
    @Test(arguments: HeadKind.all) func neighboursInTheBatch(kind: HeadKind) {
        for seed in Self.seeds {
            let draw = Draw(seed: seed)
            let head = draw.head(kind)
            for row in 0..<draw.labels.count {
                expectEqual(
                    head.logits(draw.embeddings[row..<row + 1]).detached(),
                    head.logits(draw.embeddings)[row..<row + 1].detached(), absolute: 1e-12, relative: 1e-12)
            }
        }
    }

    /// The heads with a margin that their settings make 0.
    private static let withoutMargin: [HeadKind] = [
        HeadKind("ArcFace") { ArcFaceHead(classes: $0, embedding: $1, margin: .radians(0), using: &$2) },
        HeadKind("CosFace") { CosFaceHead(classes: $0, embedding: $1, margin: 0, using: &$2) },
        HeadKind("Combined") {
            CombinedMarginHead(classes: $0, embedding: $1, angle: .radians(0), cosine: 0, using: &$2)
        },
        HeadKind("SphereFace") { SphereFaceHead(classes: $0, embedding: $1, multiplier: 1, using: &$2) },
        HeadKind("SphereFace normalised") {
            SphereFaceHead(classes: $0, embedding: $1, multiplier: 1, form: .normalised(), using: &$2)
        },
        HeadKind("SubCenter") {
            SubCenterArcFaceHead(classes: $0, embedding: $1, margin: .radians(0), using: &$2)
        },
        HeadKind("AdaFace") { AdaFaceHead(classes: $0, embedding: $1, margin: .radians(0), using: &$2) },
        HeadKind("MagFace") {
            MagFaceHead(
                classes: $0, embedding: $1, leastMargin: .radians(0), greatestMargin: .radians(0), regularisation: 0,
                using: &$2)
        },
        HeadKind("Elastic") {
            ElasticFaceHead(
                classes: $0, embedding: $1, margin: .arc(mean: .radians(0), deviation: .radians(0)), using: &$2)
        },
        HeadKind("Elastic cosine") {
            ElasticFaceHead(classes: $0, embedding: $1, margin: .cosine(mean: 0, deviation: 0), using: &$2)
        },
        HeadKind("NormSoftmax") { NormSoftmaxHead(classes: $0, embedding: $1, using: &$2) },
        HeadKind("L2Softmax") { L2SoftmaxHead(classes: $0, embedding: $1, using: &$2) },
    ]

    /// Without a margin the loss is the cross entropy of the logits that need no labels.
    @Test(arguments: withoutMargin) func logitsAreThoseOfTraining(kind: HeadKind) {
        for seed in Self.seeds {
            let draw = Draw(seed: seed)
            let head = draw.head(kind)
            expectEqual(
                loss(head, draw.embeddings, draw.labels), head.logits(draw.embeddings).crossEntropy(draw.labels).item(),
                absolute: 1e-11, relative: 1e-12)
        }
    }

    /// A margin can only make the loss greater.
    @Test func aMarginCosts() {
        for seed in Self.seeds {
            let draw = Draw(seed: seed)
            var before = 0.0
            for margin in [0, 0.1, 0.3, 0.5, 0.8] {
                let kinds = MarginOverflow.allCases.filter { $0 != .none }.map { overflow in
                    HeadKind("ArcFace") {
                        ArcFaceHead(
                            classes: $0, embedding: $1, margin: .radians(margin), overflow: overflow, using: &$2)
                    }
                }
                for kind in kinds {
                    let head = draw.head(kind)
                    #expect(
                        loss(head, draw.embeddings, draw.labels)
                            >= head.logits(draw.embeddings).crossEntropy(draw.labels).item() - 1e-6)
                }
                let cosFace = draw.head(
                    HeadKind("CosFace") { CosFaceHead(classes: $0, embedding: $1, margin: margin, using: &$2) })
                let value = loss(cosFace, draw.embeddings, draw.labels)
                #expect(value >= before)
                before = value
            }
        }
    }

    @Test(arguments: HeadKind.all) func autocastAroundItChangesNothing(kind: HeadKind) {
        let draw = Draw(seed: 3)
        let head = kind.head(classes: draw.classes, embedding: 4)
        head.evaluate()
        let embeddings = draw.embeddings.to(.float32)
        let expected = loss(head, embeddings, draw.labels)
        let logits = head.logits(embeddings).detached()
        withPrecision(.bf16, on: .cpu) {
            expectEqual(head.logits(embeddings).detached(), logits)
            #expect(loss(head, embeddings, draw.labels) == expected)
            #expect(head.loss(embeddings.to(.bfloat16), draw.labels).value.dtype == .float32)
        }
    }

    @Test func classVectorsAreUnitRows() throws {
        for kind in HeadKind.all {
            let head = kind.head(classes: 5, embedding: 3).to(.float64)
            guard let head = head as? any AngularHead else { continue }
            let weight = try #require(head.state()["weight"])
            expectEqual(
                head.classVectors.detached(), weight / weight.norm(along: 1, keeping: true), absolute: 1e-15)
            #expect(head.classVectors.requiresGradient)
        }
    }
}
