import Datasets
import Foundation
import TestSupport
import Testing

@testable import Training

@Suite struct DatasetLoadingTests {
    private func recipe(_ set: String) throws -> Recipe {
        try Recipe(
            yaml: """
                name: least
                data: { set: \(set) }
                backbone: { name: lenet++ }
                head: { name: softmax }
                optimizers: [{ of: [backbone, head], name: sgd, learningRate: 0.01 }]
                epochs: 1
                """, source: "least.yaml")
    }

    @Test(arguments: CIFAR.allCases, [true, false])
    func photographsAreFoundInTheFolderOrTheirOwn(set: CIFAR, isOwn: Bool) throws {
        try withTemporaryFolder { folder in
            let place = isOwn ? "\(folder)/\(set.rawValue)" : folder
            try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
            try FileManager.default.copyItem(
                atPath: Fixture.path("cifar/\(set.archive.name)"), toPath: "\(place)/\(set.archive.name)")
            let data = try recipe(set.rawValue).loadData(from: folder, download: false)
            #expect(data.train.name == "\(set.rawValue)/train" && data.channels == 3)
        }
    }

    @Test func whatIsListedIsWhatRecipesName() {
        #expect(KnownDataset.all.map(\.name) + DataRecipe.files == DataRecipe.sets)
    }
}
