import Files
public import NeuralNetwork
import Torch

extension Module {
    /// Copies a file's tensors into all parameters and buffers; nothing changes when it is refused.
    ///
    /// Where the file's names all begin with something that the module's names do not, such as `module.`, that prefix is
    /// taken off, since nothing is lost by it, and the report tells it. Counts of batches (`num_batches_tracked`), which files
    /// from before PyTorch 0.4.1 lack and no result depends on, may be missing.
    ///
    /// - Parameters:
    ///   - file: where the tensors come from.
    ///   - strict: whether names and shapes must agree entirely. Otherwise what fits is copied, the rest is left as it is, and
    ///     the report names it.
    ///   - prefix: what the names to load begin with, such as `backbone.`; other names are left alone. By default the prefix
    ///     of all names that makes them fit.
    /// - Returns: what was copied and what was not.
    /// - Throws: `UserFacingError` that names what is missing, what is left over and whose shape differs, when `strict`; and
    ///   when nothing fits at all.
    @discardableResult
    public final func load(_ file: WeightsFile, strict: Bool, prefix: String? = nil) throws -> StateReport {
        let own = state()
        let forms = own.mapValues(TensorForm.init)
        let stripped = prefix ?? Self.prefix(of: file, for: forms)
        let report = StateReport(
            offering: Self.forms(of: file, without: stripped), to: forms, prefix: stripped)
        func remedy() -> String { Self.remedy(file, forms, report) }
        if strict, let error = report.error(from: file.path, allowingMissing: Self.isCount, remedy: remedy()) {
            throw error
        }
        guard !report.loaded.isEmpty || own.isEmpty else {
            throw UserFacingError(
                file.path, problem: "not one of its \(file.forms.count) tensors fits the model", remedy: remedy())
        }
        try withoutGradients {
            for name in report.loaded { own[name]?.assign(try file.tensor(stripped + name)) }
        }
        return report
    }

    private static func isCount(_ name: String) -> Bool {
        name == "num_batches_tracked" || name.hasSuffix(".num_batches_tracked")
    }

    private static func forms(of file: WeightsFile, without prefix: String) -> [String: TensorForm] {
        let chosen = file.forms.filter { $0.key.hasPrefix(prefix) }
        return Dictionary(uniqueKeysWithValues: chosen.map { (String($0.key.dropFirst(prefix.count)), $0.value) })
    }

    private static func fitting(_ file: WeightsFile, _ own: [String: TensorForm], without prefix: String) -> Int {
        forms(of: file, without: prefix).count { own[$0.key]?.shape == $0.value.shape }
    }

    /// The prefix of all of the file's names without which most of them fit; none where that betters nothing.
    private static func prefix(of file: WeightsFile, for own: [String: TensorForm]) -> String {
        var best = (prefix: "", count: fitting(file, own, without: ""))
        for prefix in NamePrefix.prefixes(file.commonPrefix) {
            let count = fitting(file, own, without: prefix)
            if count > best.count { best = (prefix, count) }
        }
        return best.prefix
    }

    /// What to do about a file that does not fit: most often its names have a prefix in a part of it, or it has another head.
    private static func remedy(_ file: WeightsFile, _ own: [String: TensorForm], _ report: StateReport) -> String {
        let prefixes = Set(file.forms.keys.flatMap { NamePrefix.prefixes($0) }).sorted()
        var best = (prefix: "", count: report.loaded.count)
        // Names of damaged files may have more prefixes than is worth trying.
        for prefix in prefixes.prefix(1000) {
            let count = fitting(file, own, without: prefix)
            if count > best.count { best = (prefix, count) }
        }
        if !best.prefix.isEmpty {
            return
                "\(best.count) of the model's \(own.count) names fit those that begin with \(printable(best.prefix)): "
                + "load with that prefix"
        }
        if report.missing.allSatisfy(isCount), report.mismatched.isEmpty, !report.unexpected.isEmpty {
            return "everything else fits; to leave these out, load without strictness (`strict: false`)"
        }
        if !report.loaded.isEmpty {
            return
                "\(report.loaded.count) of the model's \(own.count) fit; to load only those, load without strictness (`strict: false`)"
        }
        return "the file belongs to another model"
    }
}
