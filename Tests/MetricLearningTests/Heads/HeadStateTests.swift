import Files
import MetricLearning
import NeuralNetwork
import Randomness
import Testing
import TestSupport
import Torch

/// What a head has learnt and counted survives a file, and training goes on as if it had never stopped.
@Suite(.noLeaks) struct HeadStateTests {
    private func batch(_ step: Int) -> (embeddings: Tensor, labels: Tensor) {
        var generator = SeededGenerator(seed: 5, path: UInt64(step))
        return (Tensor.normal([6, 3], using: &generator) * 15, Tensor([0, 1, 2, 3, 0, 1]))
    }

    private func train(_ head: any ClassifierHead, _ steps: Range<Int>) -> [Double] {
        let optimizer = SGD([head], learningRate: 0.01)
        return steps.map { number in
            var generator = SeededGenerator(seed: 6, path: UInt64(number))
            head.reseed(using: &generator)
            let (embeddings, labels) = batch(number)
            return step([optimizer]) { head.loss(embeddings, labels) }.item()
        }
    }

    @Test(arguments: HeadKind.all) func trainingGoesOnAfterACheckpoint(kind: HeadKind) throws {
        let whole = kind.head(classes: 4, embedding: 3)
        _ = train(whole, 0..<4)
        let resumed = kind.head(classes: 4, embedding: 3, seed: 99)
        try withTemporaryFolder { folder in
            try SafetensorsFile.write(whole.state(), to: "\(folder)/head.safetensors")
            let file = try SafetensorsFile(path: "\(folder)/head.safetensors")
            let state = try Dictionary(uniqueKeysWithValues: file.names.map { ($0, try file.tensor($0)) })
            try resumed.load(state, from: "head.safetensors")
        }
        #expect(train(resumed, 4..<8) == train(whole, 4..<8))
        for (name, tensor) in resumed.state() { expectEqual(tensor, try #require(whole.state()[name]), name) }
    }

    @Test func namesAreThoseOfTheFile() {
        for kind in HeadKind.all {
            let names = kind.head(classes: 4, embedding: 3).state().keys.sorted()
            let expected =
                switch kind.description {
                case "L2Softmax": ["bias", "weight"]
                case "L2Softmax learnt": ["alpha", "weight"]
                case "AdaFace": ["length_deviation", "length_mean", "weight"]
                case "CurricularFace": ["progress", "weight"]
                case let name where name.hasPrefix("SphereFace"): ["steps", "weight"]
                default: ["weight"]
                }
            #expect(names == expected, "\(kind)")
        }
    }

    /// Looking at a loss in evaluation changes no state.
    @Test(arguments: HeadKind.all) func evaluationLeavesStateAlone(kind: HeadKind) throws {
        let head = kind.head(classes: 4, embedding: 3)
        head.evaluate()
        let before = head.state().mapValues { $0.clone() }
        let (embeddings, labels) = batch(0)
        let first = head.loss(embeddings, labels).value.item()
        #expect(head.loss(embeddings, labels).value.item() == first)
        _ = head.logits(embeddings)
        for (name, tensor) in head.state() { expectEqual(tensor, try #require(before[name]), name) }
    }

    @Test func logitsAdvanceNothingInTraining() throws {
        for kind in HeadKind.all {
            let head = kind.head(classes: 4, embedding: 3)
            let before = head.state().mapValues { $0.clone() }
            _ = head.logits(batch(0).embeddings)
            for (name, tensor) in head.state() { expectEqual(tensor, try #require(before[name]), name) }
        }
    }

    @Test func regularisersHoldNoParameters() {
        var generator = SeededGenerator(seed: 1)
        let head = NormSoftmaxHead(classes: 4, embedding: 3, using: &generator)
        #expect(IntraLoss(of: head).state().isEmpty && InterLoss(of: head).state().isEmpty)
    }
}
