import Testing
import TestSupport
import Torch

/// Functions for inference alone; convolutions with what stands around them are tested in `BackbonesTests`.
@Suite(.noLeaks) struct InferenceTests {
    /// In channels-last the kernel does it, otherwise libtorch's operators. The numbers are:
    ///
    ///     x = torch.arange(24.).reshape(1, 2, 3, 4) - 12
    ///     b = torch.arange(18.).reshape(3, 3, 2) / 2 - 3; b[1, 1] = 0
    ///     b = b[[0, 1, 2]][:, [0, 1, 1, 2]].permute(2, 0, 1)
    ///     torch.nn.functional.prelu(x + b, torch.tensor([0.5, -2.])).flatten().tolist()
    @Test(arguments: MemoryFormat.allCases, [DType.float32, .bfloat16])
    func borderIsAddedBeforeTheSlope(format: MemoryFormat, dtype: DType) {
        let slope = Tensor([0.5, -2] as [Float])
        let shifts: [Float] = [-3, -2.5, -2, -1.5, -1, -0.5, 0, 0.5, 0, 0, 2, 2.5, 3, 3.5, 4, 4.5, 5, 5.5]
        let border = Tensor(shifts, shape: [3, 3, 2])
        let image = (Tensor.arange(24).to(.float32) - 12).reshaped([1, 2, 3, 4])
        let expected: [Float] = [
            -7.5, -6.5, -6, -5, -4, -3.5, -3, -1.5, -0.5, 1, 2, 4, 5, 1, 0.5, 2.5, 4.5, 5, 6, 9.5, 11.5, 13.5, 14.5,
            16.5,
        ]
        // All of these numbers are exact in bfloat16, too. Two images, so that the second's first row is seen.
        let images = Tensor.concatenated([image, image]).contiguous(format).to(dtype)
        let result = images.consumedByPRelu(slope: slope, border: border).to(.float32)
        expectEqual(result, Tensor(expected + expected, shape: [2, 2, 3, 4]))
    }

    @Test func aBorderOfAnotherShapeTraps() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Tensor.zeros([1, 2, 1, 4]).consumedByPRelu(slope: .zeros([2]), border: .zeros([3, 3, 2]))
        }
        expectTrap(
            result, saying: "expected a border [3, 3, 2] and images of at least 2 x 2, got [3, 3, 2] and [1, 2, 1, 4]")
    }
}
