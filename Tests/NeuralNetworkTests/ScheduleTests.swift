import NeuralNetwork
import Testing
import TestSupport
import Torch

/// Every case of `schedules.safetensors`: PyTorch's learning rates and momenta of 50 steps.
@Suite(.noLeaks) struct ScheduleTests {
    private static let all = (try? Fixture("schedules"))?.cases ?? []

    /// Products of schedules, which we do not have.
    private static let unknown: Set = ["ChainedScheduler", "WarmupCosine"]

    private static var cases: [Fixture.Case] { all.filter { !unknown.contains($0.settings["kind"]?.text ?? "") } }

    @Test func theFixtureIsThere() {
        #expect(Self.all.count >= 20 && Self.all.count - Self.cases.count == 2)
    }

    private func made(_ kind: String?, _ settings: Setting) throws -> any Schedule {
        func number(_ key: String) throws -> Double { try #require(settings[key]?.number, "\(key)") }
        func integer(_ key: String) throws -> Int { try #require(settings[key]?.integer, "\(key)") }
        switch kind {
        case "Constant": return ConstantSchedule()
        case "StepLR": return StepSchedule(every: try integer("step_size"), factor: try number("gamma"))
        case "MultiStepLR":
            let milestones = try #require(settings["milestones"]?.list).compactMap(\.integer)
            return MultiStepSchedule(milestones: milestones, factor: try number("gamma"))
        case "CosineAnnealingLR":
            return CosineSchedule(steps: try integer("T_max"), minimum: settings["eta_min"]?.number ?? 0)
        case "PolynomialLR":
            return PolynomialSchedule(steps: try integer("total_iters"), power: try number("power"))
        case "OneCycleLR":
            let isCycling = settings["cycle_momentum"]?.bool == true
            return OneCycleSchedule(
                steps: try integer("total_steps"), rise: try number("pct_start"),
                curve: settings["anneal_strategy"]?.text == "linear" ? .linear : .cosine,
                startDivisor: try number("div_factor"), endDivisor: try number("final_div_factor"),
                threePhase: settings["three_phase"]?.bool ?? false,
                momenta: isCycling ? (try number("base_momentum"), try number("max_momentum")) : nil)
        case "LinearLR":
            return WarmUpSchedule(
                steps: try integer("total_iters"), from: try number("start_factor"), then: ConstantSchedule())
        case "SequentialLR":
            let parts = try #require(settings["parts"]?.list)
            let start = try #require(parts[0].list?[1]["start_factor"]?.number)
            let next = try #require(parts[1].list)
            return WarmUpSchedule(
                steps: try #require(settings["milestones"]?.list?[0].integer), from: start,
                then: try made(next[0].text, next[1]))
        default:
            Issue.record("the fixture has a schedule that this test does not know: \(kind ?? "none")")
            return ConstantSchedule()
        }
    }

    /// PyTorch works some rates out from the one before, which adds rounding errors of 1e-16 at each step.
    @Test(arguments: cases) func fiftyStepsAreTorchs(item: Fixture.Case) throws {
        let settings = try #require(item.settings["settings"])
        let schedule = try made(item.settings["kind"]?.text, settings)
        let bases = try #require(item.settings["base"]?.list).compactMap(\.number)
        let rates = try item.tensor("rates")
        let momenta = try item.tensor("momenta")
        let steps = try #require(item.settings["steps"]?.integer)
        #expect(steps == 50)
        for step in 0..<steps {
            for (group, base) in bases.enumerated() {
                var expected = rates[step][group].item()
                // PyTorch's cosine swings back up beyond its period; ours stays at the minimum, by design.
                if let period = settings["T_max"]?.integer, step > period {
                    expected = try #require(settings["eta_min"]?.number)
                }
                expectEqual(
                    schedule.learningRate(at: step, base: base), expected, absolute: 1e-15, relative: 1e-12,
                    "rate of step \(step), group \(group)")
                expectEqual(
                    schedule.momentum(at: step) ?? item.settings["momentum"]?.number ?? .nan,
                    momenta[step][group].item(), relative: 1e-12, "momentum of step \(step)")
            }
        }
    }

    @Test func ratesAfterTheEndStayAtTheLast() {
        #expect(CosineSchedule(steps: 10, minimum: 0.1).learningRate(at: 1000, base: 1) == 0.1)
        #expect(PolynomialSchedule(steps: 10).learningRate(at: 1000, base: 1) == 0)
        let cycle = OneCycleSchedule(steps: 10)
        #expect(cycle.learningRate(at: 1000, base: 1) == cycle.learningRate(at: 9, base: 1))
        #expect(WarmUpSchedule(steps: 0, from: 0.1, then: ConstantSchedule()).learningRate(at: 0, base: 1) == 1)
    }

    /// A rise that is over with the first step leaves the whole rate to it.
    @Test func aRiseOfOneStepHasNoLength() {
        for isThreePhase in [false, true] {
            let cycle = OneCycleSchedule(steps: 4, rise: 0.25, threePhase: isThreePhase)
            let rates = (0..<4).map { cycle.learningRate(at: $0, base: 1) }
            #expect(rates.allSatisfy(\.isFinite) && rates[3] < 1e-4)
            #expect(isThreePhase || rates[0] == 1)
        }
    }

    @Test func aScheduleWithoutStepsTraps() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = CosineSchedule(steps: 0)
        }
        expectTrap(result, saying: "CosineSchedule: expected a positive number of steps, got 0")
    }
}
