import Testing
import TestSupport
import Torch

/// A programmer's mistake ends the program with the operator, what it was given and what it expected.
@Suite struct TrapTests {
    @Test func matrixProductOfShapesThatDoNotFit() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Tensor.zeros([2, 3]).matrixProduct(.zeros([4, 5], dtype: .float64))
        }
        expectTrap(result, saying: "aten::matmul", "[2, 3] float32", "[4, 5] float64")
    }

    @Test func convolutionOfShapesThatDoNotFit() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Tensor.zeros([1, 3, 8, 8]).convolution(
                weight: .zeros([4, 2, 3, 3]), bias: nil, stride: [1, 1], padding: [0, 0], dilation: [1, 1], groups: 1)
        }
        expectTrap(result, saying: "aten::conv2d", "[1, 3, 8, 8] float32", "[4, 2, 3, 3] float32")
    }

    @Test func arrayOfAnotherType() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Tensor([1.0, 2.0]).array(of: Float.self)
        }
        expectTrap(result, saying: "array(of: Float): the tensor is [2] float64")
    }

    @Test func itemOfMany() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Tensor([1.0, 2.0]).item()
        }
        expectTrap(result, saying: "item(): the tensor is [2] float64")
    }

    @Test func valuesThatDoNotFillTheShape() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Tensor([1.0, 2.0], shape: [3])
        }
        expectTrap(result, saying: "2 values for the shape [3]")
    }

    @Test func sliceOutOfRange() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Tensor([1.0, 2.0])[1..<3]
        }
        expectTrap(result, saying: "sliced(1..<3, along: 0): the tensor is [2] float64")
    }

    @Test func anOperatorThatDoesNotExist() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Operator("aten::no_such_operator")
        }
        expectTrap(result, saying: "has no operator aten::no_such_operator")
    }

    @Test func gradientOfWholeNumbers() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            Tensor([1, 2] as [Int64]).requiringGradient()
        }
        expectTrap(result, saying: "requiringGradient() of [2] int64")
    }

    @Test func outOfMemoryEndsWithOneLine() async {
        let result = await #expect(processExitsWith: .exitCode(1), observing: [\.standardErrorContent]) {
            _ = Tensor.zeros([1 << 48])
        }
        expectTrap(result, saying: "out of memory: ", "use a smaller batch")
        #expect(
            result.map { String(decoding: $0.standardErrorContent, as: UTF8.self).split(separator: "\n").count } == 1)
    }
}
