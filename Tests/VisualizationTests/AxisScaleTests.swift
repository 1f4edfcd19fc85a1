import Foundation
import Testing

@testable import Visualization

struct AxisScaleTests {
    // Python: [statistics.NormalDist().inv_cdf(p) for p in (1e-8, 0.001, 0.05, 0.3, 0.5, 0.9, 0.999)]
    @Test(arguments: [
        (1e-8, -5.61200124417479), (0.001, -3.090232306167813), (0.05, -1.6448536269514726),
        (0.3, -0.5244005127080407), (0.5, 0.0), (0.9, 1.2815515655446008), (0.999, 3.090232306167813),
    ])
    func quantilesAreTheNormalDistributions(rate: Double, quantile: Double) {
        #expect(abs(AxisScale.quantile(rate) - quantile) < 1e-12)
    }

    @Test func endsAreInfinite() {
        #expect(AxisScale.quantile(0) == -.infinity && AxisScale.quantile(1) == .infinity)
    }

    @Test func ratesAreLabelledInPercent() {
        let ticks = Ticks(ratesIn: 0.001...0.4)
        #expect(ticks.labels == ["0.1", "0.2", "0.5", "1", "2", "5", "10", "20", "40"])
        #expect(Ticks(ratesIn: 1e-6...2e-5).labels == ["0.0001", "0.0002", "0.0005", "0.001", "0.002"])
    }
}
