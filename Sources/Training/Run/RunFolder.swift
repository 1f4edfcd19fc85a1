import Files
import Foundation

/// The folder of a run: where everything that a training writes has its place.
public struct RunFolder: Sendable, Equatable {
    /// The path of the folder.
    public let path: String

    static let modelName = "model.safetensors"

    /// Names an existing or future folder.
    public init(path: String) {
        self.path = path
    }

    /// Names the folder that a model lies in; `model` may be the folder itself.
    public init(ofModel model: String) {
        let file = ModelBundle.file(for: model)
        let folder = (file as NSString).deletingLastPathComponent
        self.init(path: folder.isEmpty ? "." : folder)
    }

    /// The recipe with everything written out.
    public var recipe: String { "\(path)/recipe.yaml" }
    /// Versions, device, precision and checksums.
    public var environment: String { "\(path)/environment.json" }
    /// An object a line for each epoch.
    public var metrics: String { "\(path)/metrics.jsonl" }
    /// A row for each epoch.
    public var results: String { "\(path)/results.csv" }
    /// The training after the last epoch, or where it was stopped.
    public var lastCheckpoint: String { "\(path)/checkpoints/last.safetensors" }
    /// An epoch that is learnt but not measured yet; there while it is.
    public var learnedCheckpoint: String { "\(path)/checkpoints/learned.safetensors" }
    /// The training after the epoch with the best test accuracy.
    public var bestCheckpoint: String { "\(path)/checkpoints/best.safetensors" }
    /// The model with all that using it needs.
    public var model: String { "\(path)/\(Self.modelName)" }
    /// Pictures.
    public var figures: String { "\(path)/figures" }
    /// The curves of loss and accuracy, without the ending.
    public var curves: String { "\(figures)/curves" }
    /// How the last epoch's model confuses the test images, without the ending.
    public var confusions: String { "\(figures)/confusions" }
    /// The densities of similarities of the test images' pairs, without the ending.
    public var similarities: String { "\(figures)/similarities" }
    /// What the pictures of the test set are drawn from.
    var testCounts: String { "\(path)/features/test-counts.safetensors" }
    /// Everything on one page.
    public var report: String { "\(path)/report.html" }

    /// The picture of an epoch's two-dimensional features.
    public func featurePicture(epoch: Int) -> String { "\(figures)/features-epoch-\(Self.number(epoch)).png" }

    /// An epoch's two-dimensional features as numbers, for the report.
    func featureNumbers(epoch: Int) -> String { "\(path)/features/epoch-\(Self.number(epoch)).safetensors" }

    private static func number(_ epoch: Int) -> String {
        String(repeating: "0", count: max(0, 3 - "\(epoch)".count)) + "\(epoch)"
    }

    /// Where the run's images lay when it began; nil when there is nothing any more, or they were not read.
    public var dataPath: String? {
        Environment(of: self)?.dataPath.flatMap { FileManager.default.fileExists(atPath: $0) ? $0 : nil }
    }

    /// Whether a training has begun here.
    public var exists: Bool { FileManager.default.fileExists(atPath: recipe) }

    /// The first folder `parent/name-1`, `parent/name-2` ... that is not there yet.
    public static func next(in parent: String, name: String) -> RunFolder {
        let number = (numbers(in: parent, name: name).max() ?? 0) + 1
        return RunFolder(path: "\(parent)/\(name)-\(number)")
    }

    /// The folder `parent/name-N` with the greatest N, if there is one.
    public static func latest(in parent: String, name: String) -> RunFolder? {
        numbers(in: parent, name: name).max().map { RunFolder(path: "\(parent)/\(name)-\($0)") }
    }

    private static func numbers(in parent: String, name: String) -> [Int] {
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? []
        return entries.compactMap { $0.hasPrefix("\(name)-") ? Int($0.dropFirst(name.count + 1)) : nil }
    }

    /// Makes the folder, or the next one of its name where another training has made it in the meantime.
    ///
    /// - Throws: `UserFacingError` when it cannot be made.
    func createNumbered() throws -> RunFolder {
        let url = URL(fileURLWithPath: path)
        let parent = (path as NSString).deletingLastPathComponent
        try? FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
        var folder = self
        while mkdir(folder.path, 0o777) != 0 {
            guard errno == EEXIST, let end = url.lastPathComponent.lastIndex(of: "-") else { break }
            folder = .next(in: parent, name: String(url.lastPathComponent[..<end]))
        }
        return try folder.created()
    }

    /// Makes the folder and those within.
    ///
    /// - Throws: `UserFacingError` when it cannot be made, or holds anything already.
    func created() throws -> RunFolder {
        let contents = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        guard contents.isEmpty else {
            throw UserFacingError(
                path, field: "output folder", problem: "is not empty",
                remedy: "choose another --output, or continue what is there with --resume")
        }
        for part in ["checkpoints", "figures", "features"] {
            do {
                try FileManager.default.createDirectory(atPath: "\(path)/\(part)", withIntermediateDirectories: true)
            } catch {
                throw UserFacingError(
                    path, field: "output folder", problem: "cannot be made here",
                    remedy: "choose an --output where you may write and where there is room")
            }
        }
        return self
    }
}
