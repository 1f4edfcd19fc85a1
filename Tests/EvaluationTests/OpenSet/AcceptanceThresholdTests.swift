import Evaluation
import Files
import Foundation
import Randomness
import Testing

@Suite struct AcceptanceThresholdTests {
    private static let cosine = ScoreKind(name: "cosine", direction: .higherIsAccepted)
    private static let distance = ScoreKind(name: "nearest-euclidean", direction: .lowerIsAccepted)

    @Test(arguments: 0..<200) func itIsTheLargestAcceptanceWithinTheRate(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        func scores(_ count: Int) -> [Double] {
            (0..<count).map { _ in Double(generator.index(below: 5 + seed)) / 8 }
        }
        let (genuine, impostors) = (scores(1 + seed % 7), scores(3 + seed))
        let target = generator.uniform(in: 0.01...0.99)
        for kind in [Self.cosine, Self.distance] {
            let result = try AcceptanceThreshold.calibrated(
                genuine: genuine, impostors: impostors, target: target, kind: kind)
            guard let found = result.value else {
                #expect(1 / Double(impostors.count) > target)
                continue
            }
            #expect(impostors.count { found.accepts($0) } == found.falseAccepts)
            #expect(genuine.count { found.accepts($0) } == found.trueAccepts)
            #expect(found.falseAcceptRate <= target)
            // The rejected score itself, were it accepted, would break the rate.
            #expect(!found.accepts(found.threshold))
            let beyond = impostors.count { found.accepts($0) || $0 == found.threshold }
            #expect(Double(beyond) / Double(impostors.count) > target)
        }
    }

    @Test func tooFewImpostorsAreNotMeasurable() throws {
        let result = try AcceptanceThreshold.calibrated(
            genuine: [1], impostors: [0, 0.1, 0.2], target: 0.001, kind: Self.cosine)
        #expect(result == .notMeasurable(target: 0.001, negatives: 3))
    }

    @Test func aSavedThresholdIsTheSame() throws {
        let saved = try #require(
            try AcceptanceThreshold.calibrated(
                genuine: [0.9, 0.1], impostors: [0.1 + 0.2, 0.25, 1.0 / 3], target: 0.4, kind: Self.cosine
            ).value)
        let data = try JSONEncoder().encode(saved)
        #expect(try JSONDecoder().decode(AcceptanceThreshold.self, from: data) == saved)
        #expect(saved.threshold == 0.1 + 0.2)
        #expect(saved.trueAcceptRate == 0.5 && saved.impostors == 3 && saved.genuine == 2)
    }

    @Test(arguments: [
        ("\"falseAccepts\":1", "\"falseAccepts\":3"), ("\"falseAccepts\":1", "\"falseAccepts\":-1"),
        ("\"target\":0.5", "\"target\":1.5"), ("\"impostors\":2", "\"impostors\":0"),
        ("\"trueAccepts\":1", "\"trueAccepts\":2"), ("\"genuine\":1", "\"genuine\":0"),
        ("higherIsAccepted", "sideways"), ("\"threshold\":0.25", "\"threshold\":null"),
    ]) func savedValuesThatContradictAreRefused(part: String, changed: String) throws {
        let good = """
            {"kind":{"name":"cosine","direction":"higherIsAccepted"},"threshold":0.25,"target":0.5,"impostors":2,\
            "falseAccepts":1,"genuine":1,"trueAccepts":1}
            """
        #expect(good.contains(part))
        _ = try JSONDecoder().decode(AcceptanceThreshold.self, from: Data(good.utf8))
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(
                AcceptanceThreshold.self, from: Data(good.replacing(part, with: changed).utf8))
        }
    }

    @Test(arguments: [0, 1, -0.1, .nan]) func aTargetOutOfRangeIsRefused(target: Double) {
        let error = #expect(throws: UserFacingError.self) {
            try AcceptanceThreshold.calibrated(genuine: [1], impostors: [0], target: target, kind: Self.cosine)
        }
        #expect(error?.subject == "false accept rate")
    }

    @Test func aScoreThatIsNoNumberIsNeverAccepted() throws {
        for kind in [Self.cosine, Self.distance] {
            let found = try #require(
                try AcceptanceThreshold.calibrated(genuine: [1], impostors: [0, 2], target: 0.5, kind: kind).value)
            #expect(!found.accepts(.nan))
        }
        #expect(throws: UserFacingError.self) {
            try AcceptanceThreshold.calibrated(genuine: [], impostors: [0], target: 0.5, kind: Self.cosine)
        }
    }
}
