import Foundation
import Testing

@testable import Training

/// `Documentation/Recipe.md` names every setting that a recipe can have.
struct SettingsPageTests {
    private static let recipes = [
        [], ["data.set=folder", "data.augmentation={jitter: {}, erasing: {}}", "backbone={name: resnet18}"],
        ["backbone={name: iresnet18}"], ["backbone={name: vit-s16}"],
        ["weights={file: a.pth}", "frozen=[{of: [backbone], until: 3}]", "data.mirror=true"],
        ["data.set=folder", "verification=[{pairs: pairs.txt, images: faces, folds: [1]}]"],
        ["head={name: arcface, labelSmoothing: 0.1, sample: {rate: 0.5}}"],
        ["optimizers=[{of: [backbone, head, center], name: adamw}]", "optimizers[0].lookahead={}"],
    ]
    private static let schedules = [
        "{name: constant}", "{name: step, every: 1}", "{name: multistep, milestones: [1]}", "{name: cosine}",
        "{name: polynomial}", "{name: onecycle}",
    ]

    @Test func everySettingIsNamed() throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let page = try String(contentsOf: folder.appendingPathComponent("Documentation/Recipe.md"), encoding: .utf8)
        let words = Set(page.split { !$0.isLetter && !$0.isNumber }.map(String.init))
        // The settings of heads and losses are in Losses.md, to which its own test holds.
        let elsewhere: Set = ["scale", "margin", "overflow", "gradient", "products", "bias", "update"]
        for overrides in Self.recipes + Self.schedules.map({ ["optimizers[0].schedule=\($0)"] }) {
            let recipe = try Recipe(yaml: TinyTraining.text, source: "tiny", overrides: overrides)
            for match in try recipe.yaml().matches(of: /(?m)^[ \-]*([A-Za-z]+):/) {
                let key = String(match.1)
                #expect(words.contains(key) || elsewhere.contains(key), "\(key)")
            }
        }
    }
}
