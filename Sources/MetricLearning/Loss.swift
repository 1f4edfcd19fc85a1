import NeuralNetwork
public import Torch

/// What training makes small: a value that may be weighted and summed, and a part that no weight touches.
///
/// Some losses hold parameters with a pace of their own, such as the centres of ``CenterLoss``. Their gradient must not
/// change when the loss is weighted against another, so it travels in ``own``.
public struct Loss {
    /// The value to report and to go backward from, a tensor of no dimension.
    public let value: Tensor

    /// A tensor of no dimension whose gradients reach only the loss's own parameters; weights leave it alone.
    public let own: Tensor?

    /// The classes `[N]` whose vectors are nearest, without any margin, where a head has seen them on its way; nil elsewhere.
    ///
    /// Where only some of the classes take part in a step, the nearest of those.
    public let predictions: Tensor?

    /// Creates a loss.
    public init(_ value: Tensor, own: Tensor? = nil, predictions: Tensor? = nil) {
        require(value.rank == 0, "Loss: expected a single number, got \(value.signature)")
        self.value = value
        self.own = own
        self.predictions = predictions
    }

    /// Both losses together.
    public static func + (left: Loss, right: Loss) -> Loss {
        let own: Tensor? =
            if let first = left.own, let second = right.own { first + second } else { left.own ?? right.own }
        return Loss(left.value + right.value, own: own, predictions: left.predictions ?? right.predictions)
    }

    /// The loss with a weight, which may be 0.
    public static func * (weight: Double, loss: Loss) -> Loss {
        Loss(loss.value * weight, own: loss.own, predictions: loss.predictions)
    }

    /// The loss with a weight, which may be 0.
    public static func * (loss: Loss, weight: Double) -> Loss { weight * loss }

    /// Adds the gradients to everything that the loss was computed from.
    public func backward() {
        (own.map { value + $0 } ?? value).backward()
    }
}
