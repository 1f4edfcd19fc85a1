import Backbones
import NeuralNetwork
import Testing
import TestSupport
import Torch

/// Fails the test unless a fused network's embeddings `[N, D]` are near to those expected.
///
/// 32 bits keep 1e-7 of each layer. Bfloat16 keeps 4e-3 of each, so there the direction of an embedding is compared as well: a
/// cosine of 0.999.
func expectNearInference(
    _ actual: Tensor, _ expected: Tensor, _ precision: Precision, _ what: String,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(actual.dtype == .float32, sourceLocation: sourceLocation)
    let (actual, expected) = (actual.to(.float64), expected.to(.float64))
    let greatest = expected.absolute().maximum().item()
    let part = precision == .fp32 ? 1e-4 : 0.05
    expectEqual(actual, expected, absolute: part * greatest, "\(precision), \(what)", sourceLocation: sourceLocation)
    guard precision != .fp32 else { return }
    let products = (actual * expected).sum(along: [1])
    let lengths = (actual.squared().sum(along: [1]) * expected.squared().sum(along: [1])).squareRoot()
    expectEqual(
        products / lengths, .ones(products.shape, dtype: .float64), absolute: 1e-3, "cosine, \(what)",
        sourceLocation: sourceLocation)
}

/// Fails the test unless the fused network gives the expected embeddings of images, in a batch and alone, and leaves the network
/// as it was.
func expectFusedEmbeddings(_ network: any Backbone, _ images: Tensor, _ expected: Tensor) {
    let before = network.state().mapValues { $0.clone() }
    network.train()
    network.freeze { _ in true }
    let sameImages = images.clone()
    for precision in Precision.allCases {
        let fused = network.fused(precision)
        expectNearInference(fused(images), expected, precision, "the batch")
        expectNearInference(fused(images[0..<1].contiguous(.channelsLast)), expected[0..<1], precision, "one image")
        #expect(fused.parameters.isEmpty && fused.namedBuffers().isEmpty && !fused.isTraining)
    }
    let areTraining = network.modules.allSatisfy { $0.isTraining }
    #expect(areTraining)
    #expect((images - sameImages).absolute().maximum().item() == 0)
    for (name, tensor) in network.state() {
        let difference = before[name].map { tensor - $0 }?.absolute().maximum().item()
        #expect(difference == 0, "\(name)")
    }
    network.freeze(false) { _ in true }
}
