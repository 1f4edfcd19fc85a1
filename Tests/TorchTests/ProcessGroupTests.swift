import Files
import TestSupport
import Testing

@testable import Torch

/// What a group of one process can show; several real ones are in the tests of the command.
@Suite(.noLeaks) struct ProcessGroupTests {
    private func group(_ name: String) throws -> ProcessGroup {
        let store = try MeetingStore(host: "127.0.0.1", port: 0, serves: true, timeout: 20)
        return try ProcessGroup(meetingIn: store, rank: 0, size: 1, address: "127.0.0.1", timeout: 20, name: name)
    }

    @Test func aGroupOfOneChangesNothing() throws {
        let group = try group("one")
        #expect(group.isLeader && group.size == 1)
        let tensor = Tensor([1, 2, 3, 4, 5, 6] as [Float], shape: [3, 2])
        expectEqual(group.sum(tensor), tensor)
        expectEqual(group.maximum(tensor), tensor)
        expectEqual(group.broadcast(tensor), tensor)
        expectEqual(group.stacked(tensor), tensor.unsqueezed(0))
        expectEqual(group.concatenated(tensor, counts: [3]), tensor)
        let none = Tensor.zeros([0, 2])
        expectEqual(group.concatenated(none, counts: [0]), none)
    }

    @Test func partsCoverAllInOrder() throws {
        let group = try group("parts")
        #expect(group.part(of: 7) == 0..<7)
        #expect(group.part(of: 0).isEmpty)
    }

    @Test func textsAreReadAsTheyWereWritten() throws {
        let store = try MeetingStore(host: "127.0.0.1", port: 0, serves: true, timeout: 20)
        #expect(store.port > 0)
        #expect(try store.text("missing") == nil)
        #expect(try store.text("missing", timeout: 0.1) == nil)
        for text in ["", "seed: 0\n", "Ωmega"] {
            try store.set("key", text)
            #expect(try store.text("key") == text)
            #expect(try store.connection().text("key", timeout: 5) == text)
        }
        let second = try MeetingStore(host: "127.0.0.1", port: store.port, serves: false, timeout: 20)
        #expect(try second.text("key") == "Ωmega")
    }

    /// The kernel, and the form by tensor operations, which three dimensions and 64 bits take.
    @Test(arguments: [([5, 3], DType.float32), ([4, 3, 6], .float32), ([4, 3, 2, 2], .float64)])
    func batchNormOverAGroupOfOneIsBatchNorm(shape: [Int], dtype: DType) throws {
        let group = try group("norm-\(shape.count)-\(dtype)")
        let count = shape.reduce(1, *)
        func run(_ group: ProcessGroup?) -> [Tensor] {
            let values = (0..<count).map { Float(($0 * 37) % 11) * 0.3 - 1 }
            let input = Tensor(values, shape: shape).to(dtype).requiringGradient()
            let weight = Tensor([1, -0.5, 2] as [Float]).to(dtype).requiringGradient()
            let bias = Tensor([0.1, 0.2, -0.3] as [Float]).to(dtype).requiringGradient()
            let (mean, variance) = (Tensor.zeros([3], dtype: dtype), Tensor.ones([3], dtype: dtype))
            let output = input.batchNorm(
                weight: weight, bias: bias, rectified: true, runningMean: mean, runningVariance: variance,
                training: true, momentum: 0.1, epsilon: 1e-5, over: group)
            (output * output).sum().backward()
            return [output, mean, variance] + [input, weight, bias].compactMap(\.gradient)
        }
        let (alone, joined) = (run(nil), run(group))
        #expect(joined.count == 6)
        for (left, right) in zip(alone, joined) {
            // The forms take the mean in other orders of rounding.
            expectEqual(right.detached(), left.detached(), absolute: dtype == .float64 ? 1e-12 : 2e-5, relative: 1e-5)
        }
    }

    /// Gradients that are averaged over one process are those of the backward pass.
    @Test func aReducerOfOneChangesNothing() throws {
        let group = try group("reducer")
        let weight = Tensor([1, 2] as [Float]).requiringGradient()
        let reducer = GradientReducer([weight], over: group)
        for _ in 0..<2 {
            weight.gradient = nil
            let loss = (weight * weight).sum()
            reducer.prepare([loss])
            loss.backward()
            expectEqual(try #require(weight.gradient), Tensor([2, 4] as [Float]))
        }
    }
}
