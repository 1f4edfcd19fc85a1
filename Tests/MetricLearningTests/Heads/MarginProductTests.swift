import MetricLearning
import NeuralNetwork
import Randomness
import TestSupport
import Testing
import Torch

/// The margin kernel beside many classes: its choice of products, and its threads. The fp32 form is what fixtures hold to.
@Suite(.noLeaks, .serialized) struct MarginProductTests {
    private struct Outcome {
        let loss: Double
        let embeddings: Tensor
        let weight: Tensor
    }

    /// Several blocks of classes, the last of them not full.
    private func outcome(
        _ products: Precision, labelSmoothing: Double = 0, dtype: DType = .float32
    ) throws -> Outcome {
        var generator = SeededGenerator(seed: 5)
        let head = ArcFaceHead(classes: 5_003, embedding: 64, products: products, using: &generator)
        head.labelSmoothing = labelSmoothing
        head.to(dtype)
        let embeddings = Tensor.normal([33, 64], using: &generator).to(dtype).requiringGradient()
        let loss = head.loss(embeddings, Tensor((0..<33).map { Int64($0 * 151) }))
        loss.backward()
        return Outcome(
            loss: loss.value.item(), embeddings: try #require(embeddings.gradient),
            weight: try #require(head.namedParameters().first?.parameter.gradient))
    }

    /// bfloat16 has 8 bits: cosines of 64 products differ by some 2^-9 / 8, logits by 64 times that, 0.02; gradients are sums of
    /// many such and point almost the same way.
    @Test func productsOfFewerBitsAreNear() throws {
        let (exact, rounded) = (try outcome(.fp32), try outcome(.bf16))
        expectEqual(rounded.loss, exact.loss, absolute: 0.05)
        #expect(rounded.loss != exact.loss)
        for (left, right) in [(exact.embeddings, rounded.embeddings), (exact.weight, rounded.weight)] {
            let cosine =
                (left * right).sum().item()
                / ((left * left).sum().item() * (right * right).sum().item()).squareRoot()
            #expect(cosine > 0.999)
        }
    }

    /// float64 goes through tensor operations, which the fixtures hold to PyTorch; sums of 64 products in float32 keep 6 digits.
    @Test func labelsAreSmoothedAsByTensorOperations() throws {
        let (kernel, operations) = (
            try outcome(.fp32, labelSmoothing: 0.1), try outcome(.fp32, labelSmoothing: 0.1, dtype: .float64)
        )
        expectEqual(kernel.loss, operations.loss, relative: 1e-6)
        for (found, expected) in [(kernel.embeddings, operations.embeddings), (kernel.weight, operations.weight)] {
            let greatest = expected.absolute().maximum().item()
            expectEqual(found.to(.float64), expected, absolute: 1e-5 * greatest, "gradient")
        }
        #expect(abs(kernel.loss - (try outcome(.fp32).loss)) > 0.1)
    }

    @Test(arguments: [Precision.fp32, .bf16]) func threadsChangeNothing(products: Precision) throws {
        let threads = Engine.threadCount
        defer { Engine.threadCount = threads }
        Engine.threadCount = 1
        let alone = try outcome(products)
        for count in [2, 3] {
            Engine.threadCount = count
            let together = try outcome(products)
            #expect(together.loss == alone.loss)
            expectEqual(together.embeddings, alone.embeddings)
            expectEqual(together.weight, alone.weight)
        }
    }
}
