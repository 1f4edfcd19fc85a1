import Foundation
import TestSupport
import Testing

@testable import Training

/// Every head and loss says what it is, and the documentation has it with all its settings.
@Suite(.noLeaks) struct MethodTests {
    private static let kinds: [any MethodSettings.Type] =
        HeadRecipe.kinds + LossRecipe.kinds + MinerRecipe.kinds + SamplerRecipe.kinds

    @Test func allKindsAreThere() throws {
        let methods = try Method.all()
        #expect(methods.map(\.name) == Self.kinds.map { $0.name })
        #expect(methods.count { $0.family == .head } == HeadRecipe.kinds.count)
        for method in methods {
            #expect(method.summary.count <= 60 && !method.summary.isEmpty, "\(method.name)")
            #expect(!method.formula.isEmpty, "\(method.name)")
            let isPublished = method.family == .head || method.family == .loss
            #expect(isPublished ? method.source.contains(/(19|20)\d\d/) : !method.source.isEmpty, "\(method.name)")
            #expect(method.settings.allSatisfy { !$0.name.isEmpty && !$0.value.isEmpty }, "\(method)")
        }
    }

    @Test func settingsHaveTheirDefaults() throws {
        let arcface = try #require(try Method.all().first { $0.name == "arcface" })
        #expect(arcface.settings.map(\.name) == ["scale", "margin", "overflow", "gradient"])
        #expect(arcface.settings.map(\.value) == ["64", "0.5", "cosine", "exact"])
        #expect(arcface.settings[2].choices == ["cosine", "easy", "none", "clip"])
        #expect(arcface.settings[0].choices.isEmpty)
    }

    @Test func someHeadsHaveCurves() throws {
        let without = try Set(HeadRecipe.kinds.map { $0.name }).subtracting(HeadRecipe.namesWithCurves())
        #expect(without == ["softmax", "l2-softmax", "nearest-mean"])
    }

    /// Each method has a row that begins with its name and has `key=default` of every setting; a loss's weight is told once.
    @Test func theDocumentationIsComplete() throws {
        let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let text = try String(
            contentsOf: repository.appendingPathComponent("Documentation/Losses.md"), encoding: .utf8)
        let sections = text.components(separatedBy: "\n## ")
        for method in try Method.all() {
            let title = try #require(
                [Method.Family.head: "Heads", .loss: "Losses", .miner: "Miners", .sampler: "Samplers"][method.family])
            let section = try #require(sections.first { $0.hasPrefix("\(title)\n") })
            let rows = section.split(separator: "\n").map(String.init)
            let row = rows.first { $0.hasPrefix("| `\(method.name)` |") }
            #expect(row != nil, "\(method.name)")
            for setting in method.settings where !(method.family == .loss && setting.name == "weight") {
                let written = "`\(setting.name)=\(setting.value.replacing(" ", with: ""))`"
                #expect(row?.contains(written) == true, "\(method.name): \(written)")
            }
        }
    }
}
