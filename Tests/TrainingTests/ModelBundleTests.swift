import Datasets
import Files
import TestSupport
import Testing
import Torch

@testable import Training

@Suite(.noLeaks) struct ModelBundleTests {
    private func withBundle(
        _ overrides: String..., body: (_ bundle: ModelBundle, _ embeddings: [Float]) throws -> Void
    ) throws {
        try withScratchFolder { folder in
            let recipe = try Recipe(
                yaml: TinyTraining.text, source: "tiny", overrides: ["epochs=1", "data.batch=12"] + overrides)
            let trainer = try Trainer(recipe, data: TinyTraining.data, device: .cpu)
            var embeddings: [Float] = []
            _ = try trainer.run { event in
                if case .epoch(_, let test) = event { embeddings = test.values }
            }
            let path = "\(folder)/model.safetensors"
            try ModelBundle.save(trainer, channels: 1, height: 28, width: 28, to: path)
            try body(ModelBundle(path: path, device: .cpu), embeddings)
        }
    }

    /// The bundle's network is fused, so that the last digits are others.
    @Test func itEmbedsAsTheModelDid() throws {
        try withBundle { bundle, embeddings in
            #expect(bundle.embedding == 2)
            #expect(bundle.classNames == (0...9).map(String.init))
            let again = try bundle.embedded(.memory(TinyTraining.splits.test), batch: 12).embeddings
            #expect(again.shape == [12, 2])
            let largest = embeddings.map(abs).max() ?? 0
            #expect(largest > 0)
            for (value, expected) in zip(again.array(of: Float.self), embeddings) {
                #expect(abs(value - expected) <= 1e-5 * largest)
            }
        }
    }

    /// What else is in a batch, and where an image stands in it, changes nothing but the last digits, because products of
    /// another size may be summed in another order.
    @Test func anEmbeddingIsThatOfItsImageAlone() throws {
        try withBundle { bundle, embeddings in
            let images = TinyTraining.splits.test
            let largest = embeddings.map(abs).max() ?? 0
            #expect(largest > 0)
            for size in [1, 5, 12, 100] {
                let values = try bundle.embedded(.memory(images), batch: size).embeddings.array(of: Float.self)
                for (value, expected) in zip(values, embeddings) { #expect(abs(value - expected) <= 1e-5 * largest) }
            }
            let backwards = try ImageDataset(
                name: "backwards", channels: 1, height: 28, width: 28,
                pixels: (0..<12).reversed().flatMap { images.pixels[$0 * 784..<($0 + 1) * 784] },
                labels: images.labels.reversed(), classNames: images.classNames)
            let values = try bundle.embedded(.memory(backwards), batch: 12).embeddings.array(of: Float.self)
            for index in 0..<12 {
                for axis in 0..<2 {
                    let difference = values[2 * (11 - index) + axis] - embeddings[2 * index + axis]
                    #expect(abs(difference) <= 1e-5 * largest)
                }
            }
        }
    }

    @Test func withMirrorAnEmbeddingIsTheMeanOfBothWays() throws {
        let images = ImageSet.memory(TinyTraining.splits.test)
        var both: [[Float]] = []
        try withBundle { bundle, _ in
            for mirrored in [false, true] {
                try bundle.embed(images, mirrored: mirrored) { rows, _, _ in both.append(rows.array()) }
            }
        }
        #expect(both[0] != both[1])
        try withBundle("data.mirror=true") { bundle, embeddings in
            let again = try bundle.embedded(images).embeddings.array(of: Float.self)
            let largest = embeddings.map(abs).max() ?? 0
            #expect(largest > 0)
            for index in embeddings.indices {
                let mean = (both[0][index] + both[1][index]) / 2
                #expect(abs(embeddings[index] - mean) <= 1e-5 * largest)
                #expect(abs(again[index] - mean) <= 1e-5 * largest)
            }
        }
    }

    @Test func progressIsToldAfterEachBatch() throws {
        try withBundle { bundle, _ in
            var done: [Int] = []
            _ = try bundle.embedded(.memory(TinyTraining.splits.test), batch: 5) { done.append($0) }
            #expect(done == [5, 10, 12])
        }
    }

    @Test func imagesOfAnotherSizeAreRefused() throws {
        try withBundle { bundle, _ in
            let wide = try ImageDataset(
                name: "wide.idx", channels: 1, height: 28, width: 29, pixels: [UInt8](repeating: 0, count: 28 * 29),
                labels: [0], classNames: ["none"])
            expectRefusal("wide.idx: image size: is 28 x 29 x 1", "28 x 28 x 1") {
                _ = try bundle.embedded(.memory(wide))
            }
        }
    }

    @Test(arguments: ["channels", "height", "width"])
    func aSizeThatCannotBeIsRefused(name: String) throws {
        try withScratchFolder { folder in
            let path = "\(folder)/model.safetensors"
            try ModelBundle.save(
                TinyTraining.trainer(), channels: name == "channels" ? 0 : 1, height: name == "height" ? -1 : 28,
                width: name == "width" ? 0 : 28, to: path)
            expectRefusal(path, "bundle") { _ = try ModelBundle(path: path, device: .cpu) }
        }
    }
}
