import Foundation

/// Draws that are spelt out here, because the standard library may change how it shapes random bits.
extension RandomNumberGenerator {
    /// A uniform number in [0, 1), with 53 random bits.
    public mutating func uniform() -> Double {
        Double(next() >> 11) * 0x1p-53
    }

    /// A uniform number in `[range.lowerBound, range.upperBound)`.
    public mutating func uniform(in range: ClosedRange<Double>) -> Double {
        range.lowerBound + (range.upperBound - range.lowerBound) * uniform()
    }

    /// A standard normal number. Box and Muller, 1958; one of the pair is dropped, so that each call is two draws.
    public mutating func normal() -> Double {
        let radius = (-2 * log(1 - uniform())).squareRoot()
        return radius * cos(2 * Double.pi * uniform())
    }

    /// A uniform whole number in `0..<bound`, without bias: multiply and reject, Lemire 2019.
    ///
    /// - Precondition: `bound` is positive.
    public mutating func index(below bound: Int) -> Int {
        precondition(bound > 0, "index(below:) expected a positive bound, got \(bound)")
        let range = UInt64(bound)
        let threshold = (0 &- range) % range
        while true {
            let product = next().multipliedFullWidth(by: range)
            if product.low >= threshold { return Int(product.high) }
        }
    }

    /// A uniformly random order of `0..<count`. Fisher and Yates.
    public mutating func permutation(of count: Int) -> [Int] {
        var order = Array(0..<count)
        var last = count - 1
        while last > 0 {
            order.swapAt(last, index(below: last + 1))
            last -= 1
        }
        return order
    }
}
