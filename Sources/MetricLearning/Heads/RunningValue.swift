import NeuralNetwork
import Torch

extension Buffer {
    /// Moves a running value by `share` of the way to `value`; not at all where it is frozen, or that is no finite number, which
    /// would stay in it for ever.
    func follow(_ value: Tensor, share: Double) {
        guard !isFrozen else { return }
        withoutGradients {
            let next = tensor * (1 - share) + value * share
            tensor.assign(next.kept(where: next.areFinite(), else: tensor))
        }
    }
}
