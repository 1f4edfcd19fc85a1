public import NeuralNetwork
public import Torch

/// One step of training: clears gradients, computes the loss, goes backward, and lets every optimizer step.
///
/// - Returns: the value of the loss, a tensor of no dimension.
@discardableResult
public func step(_ optimizers: [any Optimizer], _ loss: () -> Loss) -> Tensor {
    for optimizer in optimizers { optimizer.clearGradients() }
    let loss = loss()
    loss.backward()
    for optimizer in optimizers { optimizer.step() }
    return loss.value.detached()
}
