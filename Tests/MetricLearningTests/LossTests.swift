import MetricLearning
import Testing
import TestSupport
import Torch

@Suite(.noLeaks) struct LossTests {
    @Test func sumsAndWeightsReachTheValueOnly() {
        let x = Tensor(3.0).requiringGradient()
        let center = Tensor(5.0).requiringGradient()
        let first = Loss(x * x, own: center * 2)
        let second = Loss(x * 4)
        let sum = 0.5 * (first + second * 3) * 2
        #expect(sum.value.item() == 45)
        #expect(sum.own?.item() == 10)
        sum.backward()
        #expect(x.gradient?.item() == 18)
        #expect(center.gradient?.item() == 2)
        #expect((second + second).own == nil)
        #expect((first + first).own?.item() == 20)
    }

    @Test func aValueOfManyNumbersTraps() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Loss(Tensor([1.0, 2.0]))
        }
        expectTrap(result, saying: "Loss: expected a single number, got [2] float64")
    }
}
