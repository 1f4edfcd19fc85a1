import Backbones
public import Datasets
import Files
import Foundation
import MetricLearning
import NeuralNetwork
public import Torch

/// A trained model with all that using it needs, in one safetensors file: backbone, head, preprocessing and class names.
public final class ModelBundle {
    /// What the file says of itself.
    struct Description: Codable {
        let format: String
        let classNames: [String]
        let channels: Int
        let height: Int
        let width: Int
        let precision: Precision
        let layout: MemoryFormat
    }

    private static let format = "hypersphere-bundle-1"

    private enum Key {
        static let description = "bundle"
        static let recipe = "recipe"
    }

    /// The recipe that the model was trained by.
    public let recipe: Recipe

    private let description: Description
    private let model: Model
    private let device: Device

    /// What the classes are called, in the order of the head's logits.
    public var classNames: [String] { description.classNames }

    /// D, the length of an embedding.
    public var embedding: Int { model.backbone.embedding }

    /// Writes the model that `trainer` has come to.
    ///
    /// - Throws: `UserFacingError` when the folder is missing or not writable, or the disk is full.
    static func save(_ trainer: Trainer, channels: Int, height: Int, width: Int, to path: String) throws {
        let description = Description(
            format: format, classNames: trainer.classNames, channels: channels, height: height, width: width,
            precision: trainer.precision, layout: trainer.layout)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        let metadata = [
            Key.description: String(decoding: try encoder.encode(description), as: UTF8.self),
            Key.recipe: try trainer.recipe.yaml(),
        ]
        try SafetensorsFile.write(trainer.model.state, metadata: metadata, to: path)
    }

    /// Reads the bundle at `path`, which may also be the folder of a run.
    ///
    /// - Throws: `UserFacingError` that names what is damaged or missing.
    public init(path: String, device: Device) throws {
        let file = try SafetensorsFile(path: Self.file(for: path))
        func failure(_ field: String, _ problem: String) -> UserFacingError {
            UserFacingError(
                file.path, field: field, problem: problem, remedy: "name a model.safetensors that `train` wrote")
        }
        guard let json = file.metadata[Key.description], let yaml = file.metadata[Key.recipe] else {
            throw failure("metadata", "does not describe a model")
        }
        do {
            description = try JSONDecoder().decode(Description.self, from: Data(json.utf8))
        } catch {
            throw failure(Key.description, "cannot be read")
        }
        guard description.format == Self.format else {
            throw failure("format", "is \(description.format), expected \(Self.format)")
        }
        guard min(description.channels, description.height, description.width, description.classNames.count) > 0 else {
            throw failure(Key.description, "has a size below 1 or no classes")
        }
        recipe = try Recipe(yaml: yaml, source: "\(file.path): recipe")
        self.device = device
        model = Model(recipe, channels: description.channels, classes: description.classNames.count)
        try model.load(try file.tensors(), from: file.path)
        model.to(device, description.layout)
        model.train(false)
    }

    private static func file(for path: String) -> String {
        var isFolder: ObjCBool = false
        let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
        return exists && isFolder.boolValue ? "\(path)/\(RunFolder.modelName)" : path
    }

    /// Embeds every image of `images`: `[N, D]` float32 on the processor.
    ///
    /// - Parameters:
    ///   - images: what to embed.
    ///   - batch: how many images go through the network at once.
    ///   - precision: the precision of products; that of the training when nil.
    ///   - progress: told after each batch how many are done.
    /// - Throws: `UserFacingError` when the images have another size than those learnt from, and what `progress` throws.
    public func embed(
        _ images: ImageDataset, batch: Int = 256, precision: Precision? = nil, progress: (Int) throws -> Void = { _ in }
    ) throws -> Tensor {
        guard
            (images.channels, images.height, images.width) == (
                description.channels, description.height, description.width
            )
        else {
            throw UserFacingError(
                images.name, field: "image size",
                problem:
                    "is \(images.height) x \(images.width) x \(images.channels), the model takes \(description.height) x \(description.width) x \(description.channels)",
                remedy: "give images like those that it was trained on")
        }
        let data = try DeviceDataset(images, recipe: recipe.data, device: device, layout: description.layout)
        var parts: [Tensor] = []
        for begin in stride(from: 0, to: images.count, by: batch) {
            let end = min(images.count, begin + batch)
            let embeddings = withoutGradients {
                withPrecision(precision ?? description.precision, on: device) {
                    model.backbone(data.batch(begin..<end).images)
                }
            }
            parts.append(embeddings.to(.float32).to(.cpu))
            try progress(end)
        }
        return .concatenated(parts)
    }
}
