import Randomness
import TestSupport
import Testing
import Torch

/// The cases of `projection.safetensors`, which `Tools/reference/projection.py` makes.
enum ProjectionFixture {
    static let components = cases("components")
    static let preservation = cases("preservation")
    static let affinities = cases("affinities")

    /// Images of digits, `[count, 64]` in 0...16, of 1,000 there are.
    static func digits(_ count: Int) throws -> Tensor {
        try Fixture("projection")["digits"].tensor("images", as: .float32)[0..<count]
    }

    /// What scikit-learn's t-SNE reaches on all of them.
    static func digitsTrustworthiness() throws -> Double {
        try #require(Fixture("projection")["digits"].settings["trustworthiness"]?.number)
    }

    /// Embeddings that are hard to lay out.
    static let edges: [(name: String, rows: @Sendable () -> Tensor)] = [
        ("four", { normal([4, 3]) }), ("five", { normal([5, 3]) }), ("ten of one number", { normal([10, 1]) }),
        ("fifty of two numbers", { normal([50, 2]) }), ("constant", { Tensor.full([40, 5], 3) }),
        ("zeros", { Tensor.zeros([7, 2]) }),
        ("duplicates", { Tensor.concatenated([normal([10, 4]), normal([10, 4]), normal([10, 4])]) }),
        ("far apart", { Tensor.concatenated([normal([20, 4]), normal([20, 4]) + 1e6]) }),
        ("large", { normal([30, 3]) * 1e12 }), ("small", { normal([30, 3]) * 1e-18 }),
        ("smaller", { normal([30, 3]) * 1e-20 }),
        ("more numbers than embeddings", { normal([20, 300]) }),
    ]

    private static func cases(_ kind: String) -> [Fixture.Case] {
        ((try? Fixture("projection"))?.cases ?? []).filter { $0.settings["kind"]?.text == kind }
    }

    private static func normal(_ shape: [Int]) -> Tensor {
        var generator = SeededGenerator(seed: 1)
        return Tensor.normal(shape, using: &generator)
    }
}

/// Thrown to end a projection.
struct Stopped: Error {}
