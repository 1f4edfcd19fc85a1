import Configuration
import Files
import NeuralNetwork

extension Model {
    /// Freezes the parts that `recipe` freezes in `epoch`, from 1, and frees those that it has named until then.
    ///
    /// - Throws: `UserFacingError` when a name fits nothing, or when nothing is left that learns.
    func freeze(_ recipe: Recipe, epoch: Int) throws {
        for (index, entry) in recipe.frozen.enumerated() where !entry.isActive(epoch: epoch) {
            for name in entry.parts { try freeze(false, name, field: "frozen[\(index)].of", in: recipe.name) }
        }
        // Last, since one part may be named in two entries.
        for (index, entry) in recipe.frozen.enumerated() where entry.isActive(epoch: epoch) {
            for name in entry.parts { try freeze(true, name, field: "frozen[\(index)].of", in: recipe.name) }
        }
        guard parts.contains(where: { $0.module.parameters.contains { !$0.isFrozen } }) else {
            throw UserFacingError(
                recipe.name, field: "frozen", problem: "nothing is left that learns in epoch \(epoch)",
                remedy: "name fewer parts, or say with `until` from which epoch they learn")
        }
    }

    private func freeze(_ value: Bool, _ name: String, field: String, in source: String) throws {
        for (part, module) in parts {
            if name == part { return _ = module.freeze(value) { _ in true } }
            if name.hasPrefix("\(part)."), !module.freeze(value, part: String(name.dropFirst(part.count + 1))).isEmpty {
                return
            }
        }
        throw UserFacingError(
            source, field: field, problem: "the model has no \(name)", remedy: "it has \(knownParts(near: name))")
    }

    /// The names one level below the longest beginning of `name` that there is.
    private func knownParts(near name: String) -> String {
        var words = name.split(separator: ".").map(String.init)
        while true {
            let begin = words.isEmpty ? "" : words.joined(separator: ".") + "."
            let depth = words.count
            var known: [String] = []
            for full in parts.flatMap({ part in part.module.namedParameters(prefix: "\(part.name).").map(\.name) })
            where full.hasPrefix(begin) {
                let short = full.split(separator: ".").prefix(depth + 1).joined(separator: ".")
                if known.last != short { known.append(short) }
            }
            if !known.isEmpty {
                return nearest(to: name, among: known).map { "\($0), for one" }
                    ?? known.prefix(6).joined(separator: ", ") + (known.count > 6 ? " ..." : "")
            }
            words.removeLast()
        }
    }
}
