import Backbones
import Datasets
import Files
import Foundation
public import Images
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
    let model: Model
    let device: Device
    private var fused: FusedNetwork?

    /// What the classes are called, in the order of the head's logits.
    public var classNames: [String] { description.classNames }

    /// D, the length of an embedding.
    public var embedding: Int { model.backbone.embedding }

    /// Writes the model that `trainer` has come to; of several processes all must call this, and the leader writes. A model of the
    /// same weights that is there keeps its calibration.
    ///
    /// - Throws: `UserFacingError` when the folder is missing or not writable, or the disk is full.
    static func save(_ trainer: Trainer, channels: Int, height: Int, width: Int, to path: String) throws {
        let state = trainer.model.wholeState
        guard trainer.isLeader else { return }
        let description = Description(
            format: format, classNames: trainer.classNames, channels: channels, height: height, width: width,
            precision: trainer.precision, layout: trainer.layout)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        var metadata = [
            Key.description: String(decoding: try encoder.encode(description), as: UTF8.self),
            Key.recipe: try trainer.recipe.yaml(),
        ]
        metadata[calibrationKey] = calibrationText(in: path, of: state)
        try SafetensorsFile.write(state, metadata: metadata, to: path)
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

    static func file(for path: String) -> String {
        var isFolder: ObjCBool = false
        let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
        return exists && isFolder.boolValue ? "\(path)/\(RunFolder.modelName)" : path
    }

    /// Embeds every image of `images`, a batch at a time, so that memory does not depend on their number.
    ///
    /// - Parameters:
    ///   - images: what to embed; files are brought to the model's size as when it was measured.
    ///   - batch: how many images go through the network at once.
    ///   - precision: the precision of products; that of the training when nil.
    ///   - mirrored: whether images are flipped from left to right.
    ///   - broken: what happens when a file cannot be used.
    ///   - handle: told of each batch: its embeddings `[K, D]` float32 on the processor, which images of the set they are,
    ///     and which could not be used.
    /// - Throws: `UserFacingError` when images in memory have another size than those learnt from or a file cannot be used;
    ///   and what `handle` throws.
    public func embed(
        _ images: ImageSet, batch: Int = 256, precision: Precision? = nil, mirrored: Bool = false,
        broken: BrokenImage.Policy = .stop,
        _ handle: (_ embeddings: Tensor, _ indices: [Int], _ broken: [BrokenImage]) throws -> Void
    ) throws {
        let normalization = try recipe.data.normalization(channels: description.channels)
        let network = fusedBackbone(precision ?? description.precision)
        let order = stride(from: 0, to: images.count, by: batch).map { Array($0..<min(images.count, $0 + batch)) }
        let next = try source(of: images, broken: broken).batches(order, epoch: 0)
        while let part = try next() {
            guard !part.indices.isEmpty else {
                try handle(.zeros([0, embedding]), [], part.broken)
                continue
            }
            let images = mirrored ? part.images.mirrored() : part.images
            let embeddings = withoutGradients {
                recipe.data.embeddings(of: images) { network(normalization($0)) }
            }
            try handle(embeddings.to(.cpu), part.indices, part.broken)
        }
    }

    /// Images with their embeddings.
    public struct Embedded {
        /// `[N, D]` float32 on the processor.
        public let embeddings: Tensor
        /// Which images of the set they are, `[N]`.
        public let indices: [Int]
        /// The images that could not be used.
        public let broken: [BrokenImage]
    }

    /// Embeds the images of `images`, and keeps all embeddings in memory.
    ///
    /// - Parameters:
    ///   - images: what to embed.
    ///   - batch: how many images go through the network at once.
    ///   - precision: the precision of products; that of the training when nil.
    ///   - mirrored: whether images are flipped from left to right.
    ///   - broken: what happens when a file cannot be used.
    ///   - progress: told after each batch how many are done.
    /// - Throws: `UserFacingError` when an image cannot be used, and what `progress` throws.
    public func embedded(
        _ images: ImageSet, batch: Int = 256, precision: Precision? = nil, mirrored: Bool = false,
        broken: BrokenImage.Policy = .stop, progress: (Int) throws -> Void = { _ in }
    ) throws -> Embedded {
        var parts: [Tensor] = []
        var indices: [Int] = []
        var unusable: [BrokenImage] = []
        try embed(images, batch: batch, precision: precision, mirrored: mirrored, broken: broken) {
            parts.append($0)
            indices += $1
            unusable += $2
            try progress(indices.count + unusable.count)
        }
        return Embedded(embeddings: .concatenated(parts), indices: indices, broken: unusable)
    }

    private func fusedBackbone(_ precision: Precision) -> FusedNetwork {
        if let fused, fused.precision == precision { return fused }
        let network = model.backbone.fused(precision)
        fused = network
        return network
    }

    private func source(of images: ImageSet, broken: BrokenImage.Policy) throws -> any ImageSource {
        let (channels, height, width) = (description.channels, description.height, description.width)
        switch images {
        case .memory(let set):
            guard (set.channels, set.height, set.width) == (channels, height, width) else {
                throw UserFacingError(
                    set.name, field: "image size",
                    problem:
                        "is \(set.height) x \(set.width) x \(set.channels), the model takes \(height) x \(width) x \(channels)",
                    remedy: "give images like those that it was trained on")
            }
            return MemorySource(set, device: device)
        case .files(let files):
            let geometry =
                recipe.data.images?.evaluation
                ?? .evaluation(resize: max(height, width), height: height, width: width)
            let loader = ImageLoader(
                files, geometry: geometry, workers: ProcessInfo.processInfo.activeProcessorCount, seed: recipe.seed,
                channels: channels == 1 ? .grey : .rgb, broken: broken)
            return FileSource(loader: loader, device: device)
        }
    }
}
