import Backbones
import Files
import NeuralNetwork
import Randomness
import Torch

/// The networks that embed in the benches.
enum EmbeddedNetwork: String, CaseIterable {
    case resnet18
    case iresnet50
    case iresnet100

    /// The height and width of the images.
    var imageSize: Int { self == .resnet18 ? 32 : 112 }

    func make() -> any Backbone {
        var generator = SeededGenerator(seed: 0)
        return switch self {
        case .resnet18: ResNet(.resnet18, stem: .cifar, using: &generator)
        case .iresnet50: IResNet(.iresnet50, using: &generator)
        case .iresnet100: IResNet(.iresnet100, using: &generator)
        }
    }
}

/// Our form of embedding given images with given weights.
final class EmbeddingSession: Session {
    private let network: FusedNetwork
    private let images: Tensor

    init(_ arguments: Arguments) throws {
        func choice<Value: RawRepresentable<String>>(_ name: String) throws -> Value {
            let word = try arguments.value(name)
            guard let value = Value(rawValue: word) else {
                throw UserFacingError(
                    "bench serve", field: name, problem: "\(word) is unknown", remedy: "look at EmbeddingBench.swift")
            }
            return value
        }
        let kind: EmbeddedNetwork = try choice("--network")
        let path = try arguments.value("--weights")
        var state = try SafetensorsFile(path: path).tensors()
        images = state.removeValue(forKey: "images") ?? .zeros([1, 3, kind.imageSize, kind.imageSize])
        let network = kind.make()
        try network.load(state, from: path)
        self.network = network.fused(try choice("--precision"))
    }

    /// Its result is the embeddings' mean absolute value.
    func step() -> Double { network(images).absolute().mean().item() }
}
