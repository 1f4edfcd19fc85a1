import Randomness

/// Where the random draws of one epoch's samples come from.
///
/// A sample's draws follow from the seed, the epoch and the sample's index in its set; so neither its place in a batch, nor
/// the number of workers, nor a resumption changes them.
public struct SampleDraws: Sendable, Equatable {
    /// The run's seed.
    public let seed: UInt64

    /// Which epoch, from 0 or 1 as the caller counts.
    public let epoch: Int

    /// Names the epoch whose draws are wanted.
    ///
    /// - Parameters:
    ///   - seed: the run's seed.
    ///   - epoch: which epoch, from 0 or 1 as the caller counts.
    /// - Precondition: `epoch` is not negative.
    public init(seed: UInt64, epoch: Int) {
        precondition(epoch >= 0, "SampleDraws: expected an epoch from 0, got \(epoch)")
        self.seed = seed
        self.epoch = epoch
    }

    /// What draws are for; each has numbers of its own, so that switching one off changes no other.
    enum Purpose: UInt64 {
        case geometry = 0x67_656F_6D65
        case crop = 0x6372_6F70
        case flip = 0x666C_6970
        case jitter = 0x6A_6974_7465
        case erasing = 0x65_7261_7365
        case mixing = 0x6D_6978_696E
    }

    /// The generator of one sample for one purpose.
    func generator(_ purpose: Purpose, index: Int) -> SeededGenerator {
        SeededGenerator(seed: seed, path: purpose.rawValue, UInt64(epoch), UInt64(index))
    }
}
