import Testing
import TestSupport
import Torch

/// The comparisons that all other tests rely on, seen to fail.
@Suite(.noLeaks) struct TestSupportTests {
    private func expectFailure(saying text: String, _ body: () -> Void) {
        withKnownIssue("the comparison is meant to fail here") {
            body()
        } matching: { issue in
            issue.comments.contains { $0.rawValue.contains(text) }
        }
    }

    @Test func equalTensorsPass() {
        let tensor = Tensor([1, .nan, -.infinity, 0] as [Double], shape: [2, 2])
        expectEqual(tensor, tensor.clone())
        expectEqual(Tensor([] as [Float], shape: [0, 3]), Tensor([] as [Float], shape: [0, 3]))
        expectEqual(Tensor([1.0, 100]), Tensor([1.001, 100.09]), absolute: 0.01, relative: 0.001)
        expectEqual(Double.nan, Double.nan)
    }

    @Test func aDifferentShapeFails() {
        expectFailure(saying: "the shape is [2], expected [1, 2]") {
            expectEqual(Tensor([1.0, 2.0]), Tensor([1.0, 2.0], shape: [1, 2]))
        }
        expectFailure(saying: "the shape is [0], expected [3]") {
            expectEqual(Tensor([] as [Double]), Tensor([1.0, 2.0, 3.0]))
        }
    }

    @Test func aDifferentTypeFails() {
        expectFailure(saying: "the element type is float32, expected float64") {
            expectEqual(Tensor([1] as [Float]), Tensor([1] as [Double]))
        }
    }

    @Test func aDifferentValueFailsWithItsIndexAndBothValues() {
        expectFailure(saying: "element [1, 0] is 3.0, expected 3.5: off by 0.5, allowed 0.1") {
            expectEqual(
                Tensor([1.0, 2, 3, 9], shape: [2, 2]), Tensor([1.0, 2, 3.5, 4], shape: [2, 2]), absolute: 0.1)
        }
        expectFailure(saying: "1.0, expected 2.0") { expectEqual(1, 2, absolute: 0.5) }
    }

    @Test(arguments: [(Double.nan, 1.0), (1, .nan), (.infinity, -.infinity), (1, .infinity), (.infinity, 1)])
    func noToleranceExcusesWhatIsNotFinite(actual: Double, expected: Double) {
        expectFailure(saying: "element [0]") {
            expectEqual(Tensor([actual]), Tensor([expected]), absolute: .infinity, relative: 1)
        }
    }

    @Test func wholeNumbersAreComparedInFull() {
        expectFailure(saying: "element [0] is 9223372036854775807, expected 9223372036854775806") {
            expectEqual(Tensor([Int64.max]), Tensor([Int64.max - 1]), absolute: 10)
        }
    }

    @Test func aTensorLeftAliveFails() {
        var kept: Tensor?
        expectFailure(saying: "1 tensors left alive") {
            expectNoLeaks { kept = Tensor([1.0]) }
        }
        #expect(kept?.item() == 1)
        kept = nil
        expectNoLeaks { _ = Tensor([1.0]) + 1 }
    }
}
