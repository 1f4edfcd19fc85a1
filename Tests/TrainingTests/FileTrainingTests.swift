import Datasets
import Files
import Foundation
import Images
import TestSupport
import Testing
import Torch

@testable import Training

/// Training on image files in folders: real JPEG and PNG files, one of which cannot be read.
@Suite(.noLeaks) struct FileTrainingTests {
    private static let classes = [
        "colour": ["jpeg_444.jpg", "jpeg_420.jpg", "png_rgb.png", "jpeg_rgb.jpg", "png_rgba.png"],
        "grey": ["jpeg_grey.jpg", "png_grey_8.png", "png_grey_4.png", "jpeg_grey_progressive.jpg", "bad_jpeg_cut.bin"],
    ]

    private func recipe(_ overrides: String...) throws -> Recipe {
        let text = """
            name: files
            data:
              set: folder
              batch: 4
              augmentation: { crop: 2, flip: 0.5, jitter: { brightness: 0.2 }, erasing: { probability: 0.5 } }
              images: { size: [28, 28], holdOut: 0.4, broken: skip, workers: 2 }
            backbone: { name: lenet++ }
            head: { name: softmax }
            optimizers: [{ of: [backbone, head], name: sgd, learningRate: 0.01 }]
            gradientLimit: 5
            epochs: 2
            precision: fp32
            """
        return try Recipe(yaml: text, source: "files", overrides: overrides)
    }

    /// Five files in each of two folders; the one that is cut short bears the ending of an image.
    private func withFolder(_ body: (String) throws -> Void) throws {
        try withScratchFolder { folder in
            for (name, files) in Self.classes {
                try FileManager.default.createDirectory(
                    atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
                for file in files {
                    let place = "\(folder)/\(name)/\(file.replacing(".bin", with: ".jpg"))"
                    try FileManager.default.copyItem(atPath: Fixture.path("images/\(file)"), toPath: place)
                }
            }
            try body(folder)
        }
    }

    @Test func aFolderTrainsAndGivesTheSameAgain() throws {
        try withFolder { folder in
            let recipe = try recipe()
            let data = try recipe.loadData(from: folder, download: false)
            #expect(data.classNames == ["colour", "grey"])
            // 0.4 of five each.
            #expect(data.train.count == 6 && data.test.count == 4)
            let first = try Trainer(recipe, data: data, device: .cpu)
            var broken: Set<String> = []
            _ = try first.run { event in
                if case .broken(let images) = event { broken.formUnion(images.map(\.path)) }
            }
            let isLearntFrom =
                if case .files(let files) = data.train {
                    files.samples.contains { $0.path.hasSuffix("bad_jpeg_cut.jpg") }
                } else { false }
            #expect(broken.count == (isLearntFrom ? 1 : 0))
            let second = try Trainer(self.recipe("data.images.workers=1"), data: data, device: .cpu)
            #expect(try second.runToTheEnd() == first.history.map(\.withoutTimes))
        }
    }

    @Test func whatIsMissingOrBrokenIsNamed() throws {
        try withFolder { folder in
            expectRefusal("bad_jpeg_cut.jpg") {
                let recipe = try recipe("data.images.broken=stop")
                let trainer = try Trainer(
                    recipe, data: recipe.loadData(from: folder, download: false), device: .cpu)
                try trainer.runToTheEnd()
            }
        }
        let usual = try Recipe(yaml: TinyTraining.text, source: "tiny", overrides: ["data={set: folder}"])
        #expect(usual.data.images?.size == [224, 224] && usual.data.images?.resize == 256)
        expectRefusal("data.images.resize", "the longer side") { _ = try recipe("data.images.resize=20") }
        expectRefusal("data.images.area", "the smaller first") { _ = try recipe("data.images.area=[1, 0.5]") }
        expectRefusal("mixed of two classes", "mixUp") {
            _ = try recipe("data.augmentation.mixUp=0.2", "losses=[{name: center, update: paper}]")
        }
    }

    /// Of 10, 3 and 1 images a fifth: 2, 1 (0.6, rounded) and none, since one image cannot be in both parts.
    @Test func everyClassIsHeldOutAlike() throws {
        let counts = [10, 3, 1]
        let samples = counts.enumerated().flatMap { label, count in
            (0..<count).map { ImageSample(path: "\(label)/\($0).png", label: Int64(label)) }
        }
        let set = ImageFileDataset(name: "set", samples: samples, classNames: ["a", "b", "c"], root: "")
        let (train, test) = try set.holdingOut(0.2, seed: 1)
        #expect(test.samples.map(\.label) == [0, 0, 1])
        #expect(train.count == 11 && Set(train.samples.map(\.path)).isDisjoint(with: test.samples.map(\.path)))
        #expect(try set.holdingOut(0.2, seed: 1).test == test)
        #expect(try (2...9).contains { try set.holdingOut(0.2, seed: $0).test != test })
        let single = ImageFileDataset(name: "set", samples: [samples[0]], classNames: ["a", "b", "c"], root: "folder")
        expectRefusal("folder", "single image") { _ = try single.holdingOut(0.2, seed: 1) }
    }

    /// Both images of a mixture are learnt from, by one factor a batch.
    @Test func mixedImagesTrain() throws {
        let trainer = try TinyTraining.trainer(
            "data.augmentation.mixUp=0.4", "losses=[]",
            "optimizers=[{of: [backbone, head], name: sgd, learningRate: 0.01}]")
        try trainer.runToTheEnd()
        #expect(trainer.model.firstNonFinite == nil)
        let plain = try TinyTraining.trainer(
            "losses=[]", "optimizers=[{of: [backbone, head], name: sgd, learningRate: 0.01}]")
        try plain.runToTheEnd()
        #expect(TinyTraining.values(of: plain) != TinyTraining.values(of: trainer))
    }
}
