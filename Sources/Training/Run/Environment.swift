import Files
import Foundation
public import Torch

/// What a run depended on besides its recipe.
public struct Environment: Codable, Sendable {
    /// The version of this program.
    public static let version = "0.1.0"

    /// The version of this program.
    public let hypersphere: String
    /// The version of the engine.
    public let libtorch: String
    /// The operating system.
    public let system: String
    /// The processor's name.
    public let processor: String
    /// The best instruction set that the engine uses on it.
    public let capability: String
    /// Threads an operator uses.
    public let threads: Int
    /// How many processes trained together; nil for one.
    public let processes: Int?
    /// Where it ran.
    public let device: String
    /// The precision of products.
    public let precision: Precision
    /// How images lie in memory.
    public let layout: MemoryFormat
    /// The words of the command.
    public let command: [String]
    /// The SHA-256 of each set of images.
    public let data: [String: String]
    /// Where they lay; nil for images that were not read.
    public let dataPath: String?
    /// When it began, in ISO 8601.
    public let began: String

    init(trainer: Trainer, data: TrainingData, command: [String]) {
        hypersphere = Self.version
        libtorch = Engine.loadedVersion
        system = ProcessInfo.processInfo.operatingSystemVersionString
        processor = Machine.processorName
        capability = Engine.processorCapability
        threads = Engine.threadCount
        processes = trainer.processCount > 1 ? trainer.processCount : nil
        device = "\(trainer.device)"
        precision = trainer.precision
        layout = trainer.layout
        self.command = command
        self.data = data.fingerprints.reduce(into: [:]) { all, set in
            all[all[set.name] == nil ? set.name : "\(set.name), measured on"] = set.digits
        }
        dataPath = data.path.map { URL(fileURLWithPath: $0).path }
        began = Date().ISO8601Format()
    }

    /// What the run in `folder` depended on, where that can still be read.
    init?(of folder: RunFolder) {
        guard let text = try? InputFile.map(folder.environment),
            let known = try? JSONDecoder().decode(Environment.self, from: text)
        else { return nil }
        self = known
    }

    /// Makes sure that images are what the run in `folder` began with, where its environment can still be read.
    ///
    /// - Parameters:
    ///   - fingerprints: those of the images.
    ///   - folder: the run.
    /// - Throws: `UserFacingError` when they are others: going on with them would give numbers of neither.
    static func check(_ fingerprints: [ImageFingerprint], againstRunIn folder: RunFolder) throws {
        guard let before = Environment(of: folder) else { return }
        for set in fingerprints {
            if !before.data.values.contains(set.digits) {
                throw UserFacingError(
                    set.name, field: "checksum", problem: "the images are not those that \(folder.path) began with",
                    remedy: "name their folder with --data, or begin a new run")
            }
        }
    }

    func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
    }
}
