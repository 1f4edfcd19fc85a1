public import Torch

/// The free energy of the logits, `-T log sum exp(logit / T)`. Liu et al., "Energy-based out-of-distribution detection", 2020.
public struct EnergyScore: UnknownScorer {
    /// T, by which logits are divided.
    public let temperature: Double

    private static let logarithmOfSumOperator = Operator("aten::logsumexp")

    /// `energy`, with the temperature where it is not 1.
    public var name: String { temperature == 1 ? "energy" : "energy-\(temperature)" }

    /// Logits.
    public var input: UnknownScorerInput { .logits }

    /// Chooses the temperature.
    ///
    /// - Parameter temperature: T, positive; 1 in the paper.
    public init(temperature: Double = 1) {
        require(
            temperature > 0 && temperature.isFinite, "EnergyScore: expected a positive temperature, got \(temperature)")
        self.temperature = temperature
    }

    /// The energy of each row of logits `[N, C]`: `[N]`.
    ///
    /// - Parameter samples: `[N, C]`.
    /// - Throws: `UserFacingError` that names the first row that is not finite.
    public func scores(of samples: Tensor) throws -> [Double] {
        try samples.checkRows("logits", name)
        let scaled = samples.detached().to(.float64) / temperature
        let sums = Self.logarithmOfSumOperator(.tensor(scaled), .ints([1]), .bool(false))
        return (sums * -temperature).array(of: Double.self)
    }
}
