import Testing
import TestSupport
import Torch

@Suite(.noLeaks) struct TensorTests {
    @Test func everySwiftTypeGoesToAnyShapeAndBack() {
        func roundTrip<Element: TensorElement & Equatable>(_ values: [Element], _ dtype: DType) {
            let tensor = Tensor(values, shape: [2, 3])
            #expect(tensor.dtype == dtype)
            #expect(tensor.shape == [2, 3])
            #expect(tensor.strides == [3, 1])
            #expect(tensor.rank == 2)
            #expect(tensor.count == 6)
            #expect(tensor.device == .cpu)
            #expect(tensor.array(of: Element.self) == values)
        }
        roundTrip([0, -0.0, 1.5, -2.25, .greatestFiniteMagnitude, .leastNonzeroMagnitude] as [Float], .float32)
        roundTrip([0, -0.0, 1.5, -2.25, .infinity, .leastNonzeroMagnitude] as [Double], .float64)
        roundTrip([0, 1, -1, 7, .max, .min] as [Int64], .int64)
        roundTrip([0, 1, -1, 7, .max, .min] as [Int], .int64)
        roundTrip([0, 1, -1, 7, .max, .min] as [Int32], .int32)
        roundTrip([0, 1, 2, 7, 128, 255] as [UInt8], .uint8)
        roundTrip([true, false, false, true, true, false] as [Bool], .bool)
    }

    @Test(arguments: DType.allCases) func bytesOfEveryTypeGoInAndOut(dtype: DType) {
        // Zeros and ones are truth values too, and any other bits are a number of every other type.
        let bytes = (0..<6 * dtype.byteCount).map { UInt8(dtype == .bool ? $0 % 2 : $0 + 1) }
        let tensor = bytes.withUnsafeBytes { Tensor(bytes: $0, shape: [3, 2], dtype: dtype) }
        #expect(tensor.dtype == dtype)
        #expect(tensor.shape == [3, 2])
        var back = [UInt8](repeating: 0, count: bytes.count)
        back.withUnsafeMutableBytes { tensor.copy(to: $0) }
        #expect(back == bytes)
    }

    @Test func viewsAreReadInTheOrderOfTheirShape() {
        let tensor = Tensor([1, 2, 3, 4, 5, 6] as [Double], shape: [2, 3])
        #expect(tensor.transposed().strides == [1, 3])
        #expect(tensor.transposed().array(of: Double.self) == [1, 4, 2, 5, 3, 6])
        #expect(tensor.transposed().isContiguous() == false)
        #expect(tensor.transposed().contiguous().strides == [2, 1])
        #expect(tensor.sharesStorage(with: tensor[0]))
        #expect(!tensor.sharesStorage(with: tensor.clone()))
    }

    @Test func channelsLastKeepsTheShapeAndMovesTheMemory() {
        let image = Tensor((0..<24).map(Double.init), shape: [1, 2, 3, 4])
        let moved = image.contiguous(.channelsLast)
        #expect(moved.shape == [1, 2, 3, 4])
        #expect(moved.strides == [24, 1, 8, 2])
        #expect(moved.isContiguous(.channelsLast) && !moved.isContiguous())
        expectEqual(moved, image)
    }

    @Test func emptyAndSingleTensors() {
        let empty = Tensor([] as [Float], shape: [0, 3])
        #expect(empty.count == 0 && empty.array(of: Float.self).isEmpty)
        let single = Tensor(2.5)
        #expect(single.shape == [] && single.count == 1 && single.item() == 2.5)
        #expect(Tensor(true).item() == 1)
        #expect(Tensor([7] as [Int32], shape: [1, 1]).item() == 7)
    }

    @Test func conversionRoundsAsTorchDoes() {
        // torch.tensor([1/3, -2.7, 300.0, 1e-8], dtype=torch.float64).to(torch.<type>).double().tolist()
        let tensor = Tensor([1 / 3, -2.7, 300, 1e-8])
        func converted(_ dtype: DType) -> [Double] { tensor.to(dtype).to(.float64).array(of: Double.self) }
        #expect(converted(.float32) == [0.3333333432674408, -2.700000047683716, 300.0, 9.99999993922529e-09])
        #expect(converted(.bfloat16) == [0.333984375, -2.703125, 300.0, 1.0011717677116394e-08])
        #expect(converted(.float16) == [0.333251953125, -2.69921875, 300.0, 0.0])
        #expect(converted(.int32) == [0, -2, 300, 0])
        #expect(converted(.bool) == [1, 1, 1, 1])
    }

    @Test func textShowsShapeTypeAndElements() {
        #expect("\(Tensor([1, 2.5, -3, 0], shape: [2, 2]))" == "Tensor [2, 2] float64 [[1.0, 2.5], [-3.0, 0.0]]")
        #expect("\(Tensor([1, 2] as [Int64]))" == "Tensor [2] int64 [1, 2]")
        #expect("\(Tensor(Float(0.1)))" == "Tensor [] float32 0.1")
        #expect("\(Tensor([true, false]))" == "Tensor [2] bool [1, 0]")
        #expect("\(Tensor((0..<9).map(Int64.init)))" == "Tensor [9] int64 [0, 1, 2, ..., 6, 7, 8]")
        #expect("\(Tensor([] as [Float], shape: [0, 2]))" == "Tensor [0, 2] float32 []")
        #expect("\(Tensor([.nan, .infinity, 123456.7]))" == "Tensor [3] float64 [nan, inf, 123460.0]")
    }

    /// In a process of its own, since text by way of a double would end it.
    @Test func textKeepsWholeNumbersWhole() async {
        await #expect(processExitsWith: .success) {
            #expect("\(Tensor([Int64.max, .min]))" == "Tensor [2] int64 [9223372036854775807, -9223372036854775808]")
        }
    }
}
