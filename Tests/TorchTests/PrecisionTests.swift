import Testing
import TestSupport
import Torch

@Suite(.noLeaks) struct PrecisionTests {
    private let a = Tensor([1, 1 / 3, 2 / 3, -0.1] as [Float], shape: [2, 2])

    /// a = torch.tensor([[1.0, 1/3], [2/3, -0.1]])
    /// with torch.autocast("cpu", dtype=torch.bfloat16): print((a @ a).float().tolist())
    @Test func bf16RoundsProducts() {
        let product = withPrecision(.bf16, on: .cpu) { a.matrixProduct(a) }
        #expect(product.dtype == .bfloat16)
        expectEqual(
            product.to(.float32), Tensor([1.2265625, 0.30078125, 0.6015625, 0.2333984375] as [Float], shape: [2, 2]))
    }

    @Test func fp32InsideBf16KeepsAllDigits() {
        withPrecision(.bf16, on: .cpu) {
            #expect(withPrecision(.fp32, on: .cpu) { a.matrixProduct(a) }.dtype == .float32)
            #expect(a.matrixProduct(a).dtype == .bfloat16)
        }
        #expect(a.matrixProduct(a).dtype == .float32)
    }

    @Test func precisionEndsWhenTheBodyThrows() {
        struct Stop: Error {}
        #expect(throws: Stop.self) { try withPrecision(.bf16, on: .cpu) { throw Stop() } }
        #expect(a.matrixProduct(a).dtype == .float32)
        withPrecision(.bf16, on: .cpu) {
            #expect(throws: Stop.self) { try withPrecision(.fp32, on: .cpu) { throw Stop() } }
            #expect(a.matrixProduct(a).dtype == .bfloat16)
        }
    }

    @Test func precisionIsForItsThreadOnly() {
        withPrecision(.bf16, on: .cpu) {
            let isWhole = onAnotherThread {
                let ones = Tensor.ones([2, 2])
                return ones.matrixProduct(ones).dtype == .float32
            }
            #expect(isWhole)
        }
    }

    @Test func additionsAndLossesStayIn32Bits() {
        withPrecision(.bf16, on: .cpu) {
            #expect((a + a).dtype == .float32)
            #expect(a.crossEntropy(Tensor([0, 1] as [Int64])).dtype == .float32)
        }
    }

    @Test func gradientsOfRoundedProductsHaveTheParametersType() {
        let w = Tensor([1, 2, 3, 4] as [Float], shape: [2, 2]).requiringGradient()
        withPrecision(.bf16, on: .cpu) { a.matrixProduct(w).sum() }.backward()
        #expect(w.gradient?.dtype == .float32)
    }
}
