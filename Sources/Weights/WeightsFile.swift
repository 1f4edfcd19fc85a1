import Files
public import Foundation
public import Torch

/// A file of weights by name, mapped into memory, whichever of the common formats it has.
///
/// Safetensors, PyTorch's zip archive and its older row of pickles are told apart by content. Nothing in the file is ever
/// run: a pickle is read by an interpreter that knows dictionaries and dense tensors and refuses everything else by name.
/// Every number is checked when the file is opened; a tensor's bytes are read when it is asked for.
public struct WeightsFile: Sendable {
    private enum Source: Sendable {
        case safetensors(SafetensorsFile)
        case views(Data, [String: StoredView])
    }

    private struct StoredView: Hashable {
        let storage: Range<Int>
        let view: TensorView
    }

    /// Tensors may share storage, but all together may not need more than this many times the file, and so much besides.
    private static let greatestGrowth = 4
    private static let freeGrowth = 1 << 26

    /// Where the file was read from.
    public let path: String

    /// How the file is laid out.
    public let format: WeightsFormat

    /// Element type and shape of each tensor by name.
    public let forms: [String: TensorForm]

    /// Where in the file the weights lie, such as `state_dict`; empty when they are all there is.
    public let part: String

    /// The other parts with tensors, such as `ema`, which may be asked for instead.
    public let otherParts: [String]

    /// What stands beside the tensors and was not read, by its key.
    public let ignored: [String]

    /// The free text that a safetensors header carries; empty in other formats.
    public let metadata: [String: String]

    private let source: Source

    /// Maps the file at `path` and checks everything but the numbers of the tensors.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - part: which part of a checkpoint, its keys joined by dots; by default the one that training programs save weights
    ///     under, such as `state_dict` or `model`.
    /// - Throws: `UserFacingError` that names what is damaged, not known or refused.
    public init(path: String, part: String? = nil) throws {
        try self.init(bytes: InputFile.map(path), path: path, part: part)
    }

    /// Reads a file of weights that is already in memory.
    ///
    /// - Parameters:
    ///   - bytes: what the file holds.
    ///   - path: what messages call it.
    ///   - part: which part of a checkpoint, as in ``init(path:part:)``.
    /// - Throws: `UserFacingError` that names what is damaged, not known or refused.
    public init(bytes: Data, path: String, part: String? = nil) throws {
        self.path = path
        do {
            format = try bytes.withUnsafeBytes { raw in try WeightsFormat.detected(in: raw, path: path) }
            if format == .safetensors {
                guard part == nil else {
                    throw Flaw(part, "a safetensors file has no parts", remedy: "leave the part out")
                }
                let file = try SafetensorsFile(bytes: bytes, path: path)
                source = .safetensors(file)
                forms = file.entries.mapValues { TensorForm(dtype: $0.dtype, shape: $0.shape) }
                metadata = file.metadata
                (self.part, otherParts, ignored) = ("", [], [])
                return
            }
            let (saved, chosen, views) = try bytes.withUnsafeBytes { [format] raw in
                try Self.views(of: raw, format: format, part: part)
            }
            source = .views(bytes, views)
            forms = views.mapValues(\.view.form)
            metadata = [:]
            self.part = chosen.name
            otherParts = saved.parts.map(\.name).filter { $0 != chosen.name }
            ignored = chosen.others
        } catch let flaw as Flaw {
            throw flaw.error(path: path)
        }
    }

    /// The names of all tensors, sorted.
    public var names: [String] { forms.keys.sorted() }

    /// The part of the names that all begin with, up to a dot, such as `module.`; empty when there is none.
    public var commonPrefix: String {
        NamePrefix.common(of: forms.keys)
    }

    /// The tensor called `name`, dense and with memory of its own, on the processor.
    ///
    /// - Throws: `UserFacingError` when there is none of that name.
    public func tensor(_ name: String) throws -> Tensor {
        switch source {
        case .safetensors(let file): return try file.tensor(name)
        case .views(let bytes, let views):
            guard let found = views[name] else {
                throw UserFacingError(
                    path, field: name, problem: "there is no tensor of this name",
                    remedy: "the file holds \(names.prefix(5).map(printable).joined(separator: ", "))")
            }
            return bytes.withUnsafeBytes { found.view.tensor(of: UnsafeRawBufferPointer(rebasing: $0[found.storage])) }
        }
    }

    /// All tensors by name, on the processor; names that stand for the same view of the same storage get the same tensor.
    ///
    /// - Throws: nothing of its own; everything was checked when the file was opened.
    public func tensors() throws -> [String: Tensor] {
        guard case .views(_, let views) = source else {
            return try Dictionary(uniqueKeysWithValues: forms.keys.map { ($0, try tensor($0)) })
        }
        var known: [StoredView: Tensor] = [:]
        var tensors: [String: Tensor] = [:]
        for (name, view) in views {
            let tensor = try known[view] ?? tensor(name)
            known[view] = tensor
            tensors[name] = tensor
        }
        return tensors
    }

    private static func views(
        of bytes: UnsafeRawBufferPointer, format: WeightsFormat, part: String?
    ) throws -> (SavedObject, SavedObject.Part, [String: StoredView]) {
        if format == .pytorch {
            let archive = try TorchArchive(bytes)
            return try views(SavedObject(archive.root, archive.heap), part, room: bytes.count) {
                try archive.place(of: $0)
            }
        }
        let stream = try TorchStream(bytes)
        return try views(SavedObject(stream.root, stream.heap), part, room: bytes.count) {
            try stream.place(of: $0)
        }
    }

    private static func views(
        _ saved: SavedObject, _ part: String?, room: Int, place: (PickledStorage) throws -> Range<Int>
    ) throws -> (SavedObject, SavedObject.Part, [String: StoredView]) {
        let chosen = try saved.part(part)
        var views: [String: StoredView] = [:]
        var distinct: Set<StoredView> = []
        var needed = 0
        for (name, tensor) in chosen.tensors {
            let storage = tensor.storage
            let whole = try place(storage)
            let size = storage.dtype.byteCount
            let begin = whole.lowerBound + storage.part.lowerBound * size
            let view = StoredView(storage: begin..<begin + storage.part.count * size, view: tensor.view)
            views[name] = view
            guard distinct.insert(view).inserted else { continue }
            let (sum, overflow) = needed.addingReportingOverflow(view.view.byteCount)
            guard !overflow, sum <= room * greatestGrowth + freeGrowth else {
                throw Flaw(
                    name, "the tensors need more than \(greatestGrowth) times the file's \(room) bytes",
                    remedy: "save tensors that were expanded after calling contiguous() on them")
            }
            needed = sum
        }
        return (saved, chosen, views)
    }
}
