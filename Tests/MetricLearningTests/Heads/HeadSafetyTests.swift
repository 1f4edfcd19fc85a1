import MetricLearning
import NeuralNetwork
import Randomness
import Testing
import TestSupport
import Torch

/// Where public programs give a NaN or stop: the ends of the cosine, empty and single batches, and what is not finite.
@Suite(.noLeaks) struct HeadSafetyTests {
    /// Along the axes a cosine is 1 or -1 exactly in any precision; along a random direction up to rounding, beyond too.
    @Test(arguments: HeadKind.all, [Precision.fp32, .bf16])
    func gradientsAreFiniteAtTheEnds(kind: HeadKind, precision: Precision) throws {
        var generator = SeededGenerator(seed: 4)
        let random = Tensor.normal([3, 3], using: &generator)
        let axes = Tensor([1, 0, 0, 0, 1, 0, 0, 0, 1] as [Float], shape: [3, 3])
        for vectors in [axes, random] {
            for factor in [1.0, -1, 30, -1e-3] {
                let head = kind.head(classes: 3, embedding: 3)
                let rows = (0..<9).map { $0 / 3 / (3 / kind.rowsPerClass) }
                let weight = kind.rowsPerClass == 1 ? vectors : vectors.gathered(Tensor(rows))
                try head.setWeight(weight)
                let embeddings = (vectors * factor).requiringGradient()
                let loss = withPrecision(precision, on: .cpu) {
                    head.loss(precision == .bf16 ? embeddings.to(.bfloat16) : embeddings, Tensor([0, 1, 2]))
                }
                loss.backward()
                #expect(loss.value.isAllFinite)
                #expect(try #require(embeddings.gradient).isAllFinite, "factor \(factor)")
                #expect(head.firstNonFiniteGradient == nil, "factor \(factor)")
            }
        }
    }

    @Test(arguments: HeadKind.all) func anEmptyBatchIsZeroWithAPathForGradients(kind: HeadKind) throws {
        let head = kind.head(classes: 3, embedding: 2)
        let before = head.state().mapValues { $0.clone() }
        let embeddings = Tensor.zeros([0, 2]).requiringGradient()
        let loss = head.loss(embeddings, Tensor([] as [Int64]))
        #expect(loss.value.item() == 0)
        loss.backward()
        #expect(embeddings.gradient?.shape == [0, 2])
        let weight = try #require(head.namedParameters().first { $0.name == "weight" }).parameter
        #expect(try #require(weight.gradient).absolute().maximum().item() == 0)
        #expect(head.logits(embeddings).shape == [0, 3])
        for (name, tensor) in head.state() { expectEqual(tensor, try #require(before[name]), name) }
    }

    @Test(arguments: HeadKind.all) func oneSample(kind: HeadKind) {
        let head = kind.head(classes: 3, embedding: 2)
        let embeddings = Tensor([3, 4] as [Float], shape: [1, 2]).requiringGradient()
        let loss = head.loss(embeddings, Tensor([1]))
        loss.backward()
        #expect(loss.value.isAllFinite && head.firstNonFinite == nil && head.firstNonFiniteGradient == nil)
    }

    /// With nothing to tell apart there is nothing to learn but, for MagFace, a length.
    @Test(arguments: HeadKind.all) func oneClass(kind: HeadKind) {
        let head = kind.head(classes: 1, embedding: 2)
        let loss = head.loss(Tensor([3, 4, -1, 0] as [Float], shape: [2, 2]), Tensor([0, 0]))
        #expect(kind.description.hasPrefix("MagFace") ? loss.value.item() > 0 : loss.value.item() == 0)
    }

    /// A batch with a NaN says so, does not stop the program, and leaves running values alone.
    @Test(arguments: HeadKind.all) func aNaNIsPassedOn(kind: HeadKind) {
        let head = kind.head(classes: 3, embedding: 2)
        let loss = head.loss(Tensor([.nan, 4, 1, 2] as [Float], shape: [2, 2]), Tensor([1, 2]))
        #expect(loss.value.item().isNaN)
        #expect(head.firstNonFinite == nil)
        #expect(head.loss(Tensor([3, 4] as [Float], shape: [1, 2]), Tensor([1])).value.isAllFinite)
    }

    /// Of 250 calls each: ten thousand in all, which take half a minute for all heads without optimisation.
    private static let blocks = 40

    /// One of each head, with what it does unless told otherwise.
    private static let oneOfEach = [
        "NormSoftmax", "L2Softmax learnt", "ArcFace cosine exact", "CosFace", "SphereFace",
        "SphereFace normalised exact", "CM1", "SubCenter", "AdaFace", "MagFace", "CurricularFace", "Elastic arc plus",
        "Elastic cosine",
    ]

    /// Ten thousand batches of awkward vectors for one of each head, and 250 for each other setting; every tenth goes
    /// backward too.
    ///
    /// A gradient may be infinite only where it is beyond 32 bits: SphereFace's for a class vector of length 0 is the
    /// embedding's length times 1e12.
    @Test(arguments: HeadKind.all) func awkwardVectors(kind: HeadKind) throws {
        var generator = SeededGenerator(seed: 11)
        let heads = try [(1, 1), (2, 1), (2, 2), (3, 2), (4, 3), (7, 5)].map {
            try awkwardHead(kind, classes: $0, embedding: $1)
        }
        let blocks = Self.oneOfEach.contains(kind.description) ? Self.blocks : 1
        for block in 0..<blocks {
            // Once infinite or not a number it stays so, as the gradients that add up in the heads do.
            let trace = Tensor.zeros([])
            for call in 0..<250 {
                let item = heads[generator.index(below: heads.count)]
                let batch = generator.index(below: 4)
                let embeddings = awkwardVectors(item.weight, batch, item.embedding, using: &generator)
                let labels = Tensor((0..<batch).map { _ in generator.index(below: item.head.classes) })
                guard call % 10 == 0 else {
                    withoutGradients { trace.add(item.head.loss(embeddings, labels).value, scale: 1e-38) }
                    continue
                }
                let loss = item.head.loss(embeddings.requiringGradient(), labels)
                loss.backward()
                trace.add(loss.value.detached(), scale: 1e-38)
                trace.add((try #require(embeddings.gradient) * 0).sum())
            }
            #expect(trace.isAllFinite, "calls from \(block * 250)")
            for item in heads where kind.logitsFollowLength == 0 || item.head.classes != 3 {
                #expect(item.head.firstNonFiniteGradient == nil, "calls from \(block * 250)")
            }
        }
    }

    private func awkwardHead(
        _ kind: HeadKind, classes: Int, embedding: Int
    ) throws -> (head: any ClassifierHead, weight: [Float], embedding: Int) {
        let head = kind.head(classes: classes, embedding: embedding)
        let weight = try #require(head.state()["weight"]).clone()
        let last = weight[weight.size(0) - 1]
        switch classes {
        case 3: last.fill(0)
        case 4: last.assign(weight[0])
        case 7: last.assign(-weight[0])
        default: break
        }
        try head.setWeight(weight)
        return (head, weight.array(of: Float.self), embedding)
    }

    /// Zeros, very short and very long vectors, duplicates, and ones parallel and antiparallel to class vectors.
    private func awkwardVectors(
        _ weight: [Float], _ batch: Int, _ width: Int, using generator: inout SeededGenerator
    ) -> Tensor {
        let lengths: [Float] = [0, 1e-30, 1e-12, 1e-6, 1, 1, 20, 1e4, 1e30]
        var values: [Float] = []
        for _ in 0..<batch {
            let row = generator.index(below: weight.count / width) * width
            let length = lengths[generator.index(below: lengths.count)]
            switch generator.index(below: 4) {
            case 0: for value in weight[row..<row + width] { values.append(value * length) }
            case 1: for value in weight[row..<row + width] { values.append(-value * length) }
            case 2 where !values.isEmpty: values += values.prefix(width)
            default: for _ in 0..<width { values.append(Float(generator.normal()) * length) }
            }
        }
        return Tensor(values, shape: [batch, width])
    }
}
