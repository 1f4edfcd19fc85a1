import Foundation
import Testing
import TestSupport

/// The files that `Tools/reference/weights.py` made.
enum WeightsFixture {
    struct Listed: Sendable, CustomTestStringConvertible {
        let settings: Setting
        var name: String { settings["name"]?.text ?? "" }
        var testDescription: String { name }

        /// The bytes, whose pieces are repeated as often as the list says.
        var content: Data {
            (settings["content"]?.list ?? []).reduce(into: Data()) { all, run in
                let piece = Data(base64Encoded: run["piece"]?.text ?? "") ?? Data()
                for _ in 0..<(run["count"]?.integer ?? 0) { all += piece }
            }
        }

        func texts(_ key: String) -> [String] { settings[key]?.list?.compactMap(\.text) ?? [] }
    }

    static let good: [Listed] = listed("good")
    static let hostile: [Listed] = listed("hostile")

    static func good(_ name: String) throws -> Listed {
        try #require(good.first { $0.name == name })
    }

    private static func listed(_ kind: String) -> [Listed] {
        ((try? Fixture.json("weights.json"))?[kind]?.list ?? []).map { Listed(settings: $0) }
    }
}
