import Testing

@testable import Visualization

struct TicksTests {
    struct Case: Sendable {
        let low: Double
        let high: Double
        let intervals: Int
        let expected: [Double]
    }

    // matplotlib 3.11.2:
    // from matplotlib.ticker import MaxNLocator
    // ticks = MaxNLocator(nbins=n, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
    // [float("%.10g" % t) for t in ticks if low <= t + 1e-9 * (high - low) and t <= high + 1e-9 * (high - low)]
    static let cases = [
        Case(low: 0, high: 1, intervals: 5, expected: [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]),
        Case(low: -1.3, high: 2.7, intervals: 6, expected: [-1.0, 0.0, 1.0, 2.0]),
        Case(low: 0, high: 97.3, intervals: 7, expected: [0.0, 20.0, 40.0, 60.0, 80.0]),
        Case(low: 0.9712, high: 0.9931, intervals: 5, expected: [0.975, 0.98, 0.985, 0.99]),
        Case(low: -250, high: 180, intervals: 8, expected: [-200.0, -100.0, 0.0, 100.0]),
        Case(low: 1e-5, high: 3.4e-5, intervals: 4, expected: [1e-05, 2e-05, 3e-05]),
        Case(low: 1, high: 20, intervals: 9, expected: [2.5, 5.0, 7.5, 10.0, 12.5, 15.0, 17.5, 20.0]),
        Case(low: 12_345, high: 12_399, intervals: 6, expected: [12350.0, 12360.0, 12370.0, 12380.0, 12390.0]),
        Case(low: -0.04, high: 0.04, intervals: 5, expected: [-0.04, -0.02, 0.0, 0.02, 0.04]),
        Case(low: 2e6, high: 9e6, intervals: 6, expected: [2000000.0, 4000000.0, 6000000.0, 8000000.0]),
    ]

    @Test(arguments: cases)
    func valuesAreMatplotlibs(_ sample: Case) {
        // Exactly the same doubles: each is the one nearest to its decimal number.
        #expect(Ticks(in: sample.low...sample.high, intervals: sample.intervals).values == sample.expected)
    }

    @Test func labelsHaveTheDigitsThatTellThemApart() {
        #expect(Ticks(in: 0...1, intervals: 5).labels == ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"])
        #expect(Ticks(in: 0.9712...0.9931, intervals: 5).labels == ["0.975", "0.980", "0.985", "0.990"])
        #expect(Ticks(in: -250...180, intervals: 8).labels == ["−200", "−100", "0", "100"])
        #expect(Ticks(in: 1e-7...3.4e-7, intervals: 4).labels == ["1e−7", "2e−7", "3e−7"])
        #expect(Ticks(in: 2e6...9e6, intervals: 6).labels == ["2e6", "4e6", "6e6", "8e6"])
        #expect(Ticks(in: 999_999.8...1_000_000.2, intervals: 2).labels == ["999999.8", "1000000.0", "1000000.2"])
    }

    @Test func epochsHaveWholeTicks() {
        #expect(Ticks(in: 1...20, intervals: 9, areWhole: true).values == [5, 10, 15, 20])
        #expect(Ticks(in: 1...3, intervals: 9, areWhole: true).values == [1, 2, 3])
    }

    @Test func logarithmicTicks() {
        #expect(Ticks(logarithmicIn: 0.02...3, intervals: 6).values == [0.02, 0.05, 0.1, 0.2, 0.5, 1, 2])
        #expect(Ticks(logarithmicIn: 1e-4...2, intervals: 6).labels == ["0.0001", "0.001", "0.01", "0.1", "1"])
        #expect(Ticks(logarithmicIn: 1e-9...1e3, intervals: 4).values == [1e-9, 1e-6, 1e-3, 1, 1e3])
        #expect(Ticks(logarithmicIn: 2...2.5, intervals: 5).values == [2, 2.1, 2.2, 2.3, 2.4, 2.5])
    }

    @Test func anEmptyRangeHasOneTick() {
        #expect(Ticks(in: 2.5...2.5, intervals: 4).labels == ["2.5"])
    }

    @Test func tooManyStepsOrInfinityTrap() async {
        await #expect(processExitsWith: .failure) { _ = Ticks(in: 0...1, intervals: 0) }
        await #expect(processExitsWith: .failure) { _ = Ticks(in: 0...(.infinity), intervals: 3) }
        await #expect(processExitsWith: .failure) { _ = Ticks(logarithmicIn: 0...1, intervals: 3) }
    }

    @Test func numbersAreTheSameInEveryLocale() {
        // Python: f"{1234.5678:.1f}", f"{-0.00001:.2f}" (with its sign dropped), f"{-2.5:.3f}", f"{1234567:,}"
        #expect(NumberText.fixed(1234.5678, digits: 1) == "1234.6")
        #expect(NumberText.fixed(-0.00001, digits: 2) == "0.00")
        #expect(NumberText.fixed(-2.5, digits: 3) == "−2.500")
        #expect(NumberText.grouped(1_234_567) == "1,234,567")
        #expect(NumberText.scientific(0.00025, digits: 3) == "2.5e−4")
        #expect(NumberText.scientific(9.9999e-5, digits: 3) == "1e−4")
    }
}
