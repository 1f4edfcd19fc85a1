/// A small, fast, seeded random generator whose whole state is one word: SplitMix64.
///
/// The same seed gives the same numbers on every machine and in every version of the standard library, as long as only
/// the methods of this module are used to shape them. Steele, Lea and Flood, "Fast Splittable Pseudorandom Number
/// Generators", OOPSLA 2014; constants of the reference implementation.
public struct SeededGenerator: RandomNumberGenerator, Sendable, Equatable, Codable {
    /// The whole state; two generators with the same state give the same numbers.
    public private(set) var state: UInt64

    /// Creates a generator; nearby seeds give unrelated streams.
    public init(seed: UInt64) {
        state = seed
    }

    /// Creates the generator of one item, such as an image, that belongs to `(seed, path...)`, whatever was drawn before.
    ///
    /// - Parameters:
    ///   - seed: the seed of the whole.
    ///   - path: which part of the whole, from coarse to fine: epoch, index, purpose.
    public init(seed: UInt64, path: UInt64...) {
        state = path.reduce(Self.mixed(seed &+ Self.increment)) { Self.mixed(($0 ^ $1) &+ Self.increment) }
    }

    /// The next 64 uniform random bits.
    public mutating func next() -> UInt64 {
        state &+= Self.increment
        return Self.mixed(state)
    }

    private static let increment: UInt64 = 0x9E37_79B9_7F4A_7C15

    private static func mixed(_ word: UInt64) -> UInt64 {
        var z = word
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
