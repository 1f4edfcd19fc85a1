public import Torch

/// Layers applied one after another; their state is named by position, as in PyTorch.
public final class Sequential: Module, Layer {
    /// The layers in order.
    public let layers: [any Layer]

    /// Creates the chain.
    public convenience init(_ layers: any Layer...) {
        self.init(layers)
    }

    /// Creates the chain of a list.
    public init(_ layers: [any Layer]) {
        self.layers = layers
    }

    override var namesByPosition: Bool { true }

    /// Applies all layers in turn.
    public func callAsFunction(_ input: Tensor) -> Tensor {
        layers.reduce(input) { $1($0) }
    }
}
