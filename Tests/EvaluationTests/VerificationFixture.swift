import Testing
import TestSupport
import Torch

/// The cases of `verification.safetensors`, by scikit-learn, SciPy and NumPy.
enum VerificationFixture {
    private static let all = (try? Fixture("verification"))?.cases ?? []

    static func cases(_ kind: String) -> [Fixture.Case] { all.filter { $0.settings["kind"]?.text == kind } }
}

extension Fixture.Case {
    func numbers(_ key: String) throws -> [Double] { try tensor(key, as: .float64).array() }
    func whole(_ key: String) throws -> [Int] { try tensor(key).array() }
    func answers(_ key: String) throws -> [Bool] { try whole(key).map { $0 == 1 } }
    var targets: [Double] { settings["targets"]?.list?.compactMap(\.number) ?? [] }
}

/// Compares lists with a message that names the first difference.
func expectEqual(
    _ actual: [Double], _ expected: [Double], absolute: Double = 0, relative: Double = 0, _ what: String,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    expectEqual(
        Tensor(actual), Tensor(expected), absolute: absolute, relative: relative, what, sourceLocation: sourceLocation)
}
