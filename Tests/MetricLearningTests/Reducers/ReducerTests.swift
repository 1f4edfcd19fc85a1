import MetricLearning
import Testing
import TestSupport
import Torch

@Suite(.noLeaks) struct ReducerTests {
    private let losses = Tensor([3.0, 0, 5, 7, -2], shape: [5])
    private let mask = Tensor([true, true, true, false, true])

    @Test func valuesByHand() {
        #expect(MeanReducer()(losses, where: mask).item() == 1.5)
        #expect(NonZeroMeanReducer()(losses, where: mask).item() == 3)
        #expect(SumReducer()(losses, where: mask).item() == 6)
    }

    @Test(arguments: [0, 1, 2]) func nothingIsZeroWithAGradientOfZero(index: Int) throws {
        let reducers: [any Reducer] = [MeanReducer(), NonZeroMeanReducer(), SumReducer()]
        let reducer = reducers[index]
        for shape in [[0], [3], [2, 0], [2, 2]] {
            let losses = Tensor.full(shape, .infinity, dtype: .float64).requiringGradient()
            let value = reducer(losses, where: .zeros(shape, dtype: .bool))
            value.backward()
            #expect(value.item() == 0)
            expectEqual(try #require(losses.gradient), .zeros(shape, dtype: .float64))
        }
    }

    @Test func noNumberIsNotDropped() {
        let losses = Tensor([0, Double.nan, 1])
        let all = Tensor([true, true, true])
        #expect(MeanReducer()(losses, where: all).item().isNaN)
        #expect(NonZeroMeanReducer()(losses, where: all).item().isNaN)
        #expect(SumReducer()(losses, where: all).item().isNaN)
    }
}
