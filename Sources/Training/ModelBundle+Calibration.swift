import Evaluation
import Files
import Foundation
import MetricLearning
public import Torch

extension ModelBundle {
    static let calibrationKey = "calibration"

    /// The calibration that is saved in the bundle at `path`, which may also be the folder of a run; nil when there is none.
    ///
    /// - Parameter path: the bundle.
    /// - Throws: `UserFacingError` when the file or its calibration is damaged.
    public static func calibration(of path: String) throws -> ModelCalibration? {
        let file = try SafetensorsFile(path: file(for: path))
        guard let json = file.metadata[calibrationKey] else { return nil }
        let calibration = try? JSONDecoder().decode(ModelCalibration.self, from: Data(json.utf8))
        guard let calibration, calibration.acceptance.kind == ScoreKind(nearestBy: calibration.metric) else {
            throw UserFacingError(
                file.path, field: calibrationKey, problem: "cannot be read",
                remedy: "calibrate the model again with `hypersphere calibrate`")
        }
        return calibration
    }

    /// Saves a calibration in the bundle at `path`, in place of one that it has; the file is whole at every moment.
    ///
    /// - Parameters:
    ///   - calibration: what to save.
    ///   - path: the bundle, or the folder of a run.
    /// - Throws: `UserFacingError` when the file is damaged or cannot be written.
    public static func save(_ calibration: ModelCalibration, in path: String) throws {
        let file = try SafetensorsFile(path: file(for: path))
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        var metadata = file.metadata
        metadata[calibrationKey] = String(decoding: try encoder.encode(calibration), as: UTF8.self)
        try SafetensorsFile.write(try file.tensors(), metadata: metadata, to: file.path)
    }

    /// The calibration as it stands in the bundle at `path`; nil where there is none, or it is not of the weights `state`.
    static func calibrationText(in path: String, of state: [String: Tensor]) -> String? {
        guard let file = try? SafetensorsFile(path: path), let text = file.metadata[calibrationKey],
            let tensors = try? file.tensors(), Set(tensors.keys) == Set(state.keys)
        else { return nil }
        let isSame = tensors.allSatisfy { name, tensor in
            guard let own = state[name]?.to(.cpu), own.shape == tensor.shape, own.dtype == tensor.dtype else {
                return false
            }
            return own.equals(tensor).all()
        }
        return isSame ? text : nil
    }

    /// The head's logits `[N, C]` of embeddings `[N, D]`, on the processor; nil where the head does not teach.
    ///
    /// - Parameter embeddings: of this model, on any device.
    public func logits(of embeddings: Tensor) -> Tensor? {
        guard type(of: recipe.head.settings).teaches else { return nil }
        return withoutGradients { model.head.logits(embeddings.to(device)).to(.float32).to(.cpu) }
    }
}
