/// A value that exists only when there are enough samples for the rate that it was asked at.
///
/// A share of M samples is a multiple of 1 / M, so a rate below that cannot be told from 0.
public enum Measured<Value: Sendable>: Sendable {
    /// There are enough samples.
    case measured(Value)

    /// `target` times `negatives` is less than one sample.
    case notMeasurable(target: Double, negatives: Int)

    /// The value; nil when it could not be measured.
    public var value: Value? {
        if case .measured(let value) = self { value } else { nil }
    }

    /// The same with the value put into another form.
    ///
    /// - Parameter transform: makes the other form.
    /// - Throws: what `transform` throws.
    public func map<Other: Sendable>(_ transform: (Value) throws -> Other) rethrows -> Measured<Other> {
        switch self {
        case .measured(let value): .measured(try transform(value))
        case .notMeasurable(let target, let negatives): .notMeasurable(target: target, negatives: negatives)
        }
    }
}

extension Measured: Equatable where Value: Equatable {}
