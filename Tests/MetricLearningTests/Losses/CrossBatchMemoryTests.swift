import MetricLearning
import NeuralNetwork
import Randomness
import Testing
import TestSupport
import Torch

@Suite(.noLeaks) struct CrossBatchMemoryTests {
    private func batch(_ count: Int, seed: UInt64) -> (embeddings: Tensor, labels: Tensor) {
        var generator = SeededGenerator(seed: seed)
        let embeddings = Tensor.normal([count, 3], using: &generator)
        return (embeddings, Tensor((0..<count).map { _ in Int64(generator.index(below: 3)) + (1 << 24) }))
    }

    /// Against a comparison put together by hand, with the ring going round twice.
    @Test func theLatestSamplesAreTheOthers() throws {
        let memory = CrossBatchMemory(SupConLoss(), capacity: 7, embedding: 3)
        var history: [(embedding: Tensor, label: Int64, id: Int)] = []
        for step in 0..<8 {
            let (embeddings, labels) = batch(3, seed: UInt64(step))
            let numbers = labels.array(of: Int64.self)
            history += (0..<3).map { (embeddings[$0], numbers[$0], 3 * step + $0) }
            history = Array(history.suffix(7))
            let same = (0..<3).flatMap { row in history.map { $0.id == 3 * step + row } }
            let comparison = Comparison(
                embeddings, labels, with: .stacked(history.map(\.embedding)), Tensor(history.map(\.label)),
                identities: Tensor(same, shape: [3, history.count]))
            expectEqual(
                memory(embeddings, labels).value.item(), SupConLoss().loss(comparison).value.item(), relative: 1e-6)
            #expect(memory.count == min(7, 3 * (step + 1)))
        }
    }

    /// The first batch is compared with itself alone, but gradients flow to one side only.
    @Test func theFirstBatchIsComparedWithItself() throws {
        let (embeddings, labels) = batch(6, seed: 1)
        let (plain, kept) = (embeddings.clone().requiringGradient(), embeddings.clone().requiringGradient())
        let loss = ContrastiveLoss(reducer: MeanReducer())
        let expected = loss(plain, labels)
        let found = CrossBatchMemory(loss, capacity: 10, embedding: 3)(kept, labels)
        expectEqual(found.value.item(), expected.value.item(), relative: 1e-6)
        expected.backward()
        found.backward()
        // Each pair is there twice, and each time one end follows.
        expectEqual(try #require(kept.gradient) * 2, try #require(plain.gradient), absolute: 1e-6)
    }

    @Test func theMemorySurvivesACheckpoint() throws {
        let first = CrossBatchMemory(NTXentLoss(), capacity: 5, embedding: 3)
        for seed in 0..<3 as Range<UInt64> {
            let (embeddings, labels) = batch(3, seed: seed)
            _ = first(embeddings, labels)
        }
        #expect(first.state().keys.sorted() == ["embeddings", "labels", "written"])
        let second = CrossBatchMemory(NTXentLoss(), capacity: 5, embedding: 3)
        try withTemporaryFolder { folder in
            let path = "\(folder)/memory.safetensors"
            try SafetensorsFile.write(first.state(), to: path)
            try second.load(SafetensorsFile(path: path).tensors(), from: path)
        }
        for seed in 3..<6 as Range<UInt64> {
            let (embeddings, labels) = batch(2, seed: seed)
            #expect(first(embeddings, labels).value.item() == second(embeddings, labels).value.item())
        }
        for (name, tensor) in first.state() { expectEqual(try #require(second.state()[name]), tensor, name) }
    }

    @Test func evaluationWritesNothing() {
        let memory = CrossBatchMemory(SupConLoss(), capacity: 5, embedding: 3)
        memory.evaluate()
        let (embeddings, labels) = batch(4, seed: 1)
        #expect(memory(embeddings, labels).value.item() == 0)
        #expect(memory.count == 0)
        memory.train()
        _ = memory(embeddings, labels)
        memory.evaluate()
        _ = memory(embeddings, labels)
        #expect(memory.count == 4)
    }

    /// Of a batch larger than the ring, the last samples stay; an empty one changes nothing.
    @Test func batchesOfAnySize() throws {
        let memory = CrossBatchMemory(TripletMarginLoss(), capacity: 4, embedding: 3)
        let (embeddings, labels) = batch(9, seed: 2)
        #expect(memory(embeddings, labels).value.item().isFinite)
        let kept = try #require(memory.state()["embeddings"]).array(of: Float.self)
        let last = embeddings[5..<9].array(of: Float.self)
        #expect(Set(kept) == Set(last) && memory.count == 4)
        #expect(memory(.zeros([0, 3]), Tensor([] as [Int64])).value.item() == 0)
        #expect(memory.count == 4)
    }

    /// A later batch overwrites the ring in place; the way back of an earlier one must not notice.
    @Test func backwardAfterTheNextBatch() throws {
        let memory = CrossBatchMemory(SupConLoss(), capacity: 4, embedding: 3)
        let (embeddings, labels) = batch(4, seed: 3)
        let batch = embeddings.requiringGradient()
        let loss = memory(batch, labels)
        _ = memory(embeddings.detached() * 2, labels)
        loss.backward()
        #expect(try #require(batch.gradient).isAllFinite)
    }

    @Test func minersWithinAreReseeded() {
        var generator = SeededGenerator(seed: 1)
        let miner = DistanceWeightedMiner(using: &generator)
        let memory = CrossBatchMemory(TripletMarginLoss(margin: 1, miner: miner), capacity: 40, embedding: 3)
        let (embeddings, labels) = batch(20, seed: 4)
        _ = memory(embeddings, labels)
        memory.evaluate()
        func value() -> Double {
            var generator = SeededGenerator(seed: 9)
            memory.reseed(using: &generator)
            return memory(embeddings, labels).value.item()
        }
        #expect(value() == value())
        #expect(value() != memory(embeddings, labels).value.item())
    }
}
