public import Torch

/// A module whose forward pass draws random numbers while training.
public protocol RandomizedModule: Module {
    /// Starts the module's draws anew from `seed`.
    func reseed(_ seed: UInt64)
}

extension Module {
    /// Starts the draws of every module within anew.
    ///
    /// Called before each step with a generator that belongs to the step, so that a resumed run draws the same masks as
    /// one that was never stopped.
    public final func reseed(using generator: inout some RandomNumberGenerator) {
        for case let module as any RandomizedModule in modules { module.reseed(generator.next()) }
    }
}

/// Zeroes each element with a probability while training and scales the rest to keep the mean. Srivastava et al., JMLR
/// 2014.
public final class Dropout: Module, Layer, RandomizedModule {
    private let probability: Double
    private var draws: Draws

    /// Creates the layer.
    ///
    /// - Parameters:
    ///   - probability: the share that is zeroed, from 0 to below 1.
    ///   - generator: gives the seed of the masks until ``reseed(_:)``.
    public init(_ probability: Double, using generator: inout some RandomNumberGenerator) {
        require((0..<1).contains(probability), "Dropout: expected a probability in 0..<1, got \(probability)")
        self.probability = probability
        draws = Draws(seed: generator.next())
    }

    /// Starts the layer's draws anew.
    public func reseed(_ seed: UInt64) {
        draws = Draws(seed: seed)
    }

    /// Applies it to a tensor of any shape.
    public func callAsFunction(_ input: Tensor) -> Tensor {
        guard isTraining, probability > 0 else { return input }
        let kept = 1 - probability
        let mask = Tensor.bernoulli(
            input.shape, probability: kept, dtype: input.dtype, device: input.device, using: &draws)
        return input * (mask / kept)
    }

    /// Seeds for successive masks.
    private struct Draws: RandomNumberGenerator {
        var seed: UInt64

        mutating func next() -> UInt64 {
            seed &+= 1
            return seed
        }
    }
}
