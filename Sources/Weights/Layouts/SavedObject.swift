/// Finds the dictionary of tensors in what was saved: the value itself, or one inside it beside an optimizer's state and
/// numbers.
struct SavedObject {
    /// A dictionary with tensors in it.
    struct Part {
        /// The keys that lead to it, joined by dots; empty for the value itself.
        let name: String
        let tensors: [String: PickledTensor]
        /// What else the dictionary holds.
        let others: [String]
    }

    /// The keys under which training programs save the weights, the best first.
    private static let usual = [
        "state_dict", "model_state_dict", "model_state", "model", "net", "network", "backbone", "encoder", "module",
        "weights", "params", "state_dict_ema", "model_ema", "ema_state_dict", "ema",
    ]

    /// Words in keys of what an optimizer keeps.
    private static let unrelated = ["optim", "sched", "scaler"]

    private static let greatestDepth = 8
    private static let greatestCount = 1000

    /// All dictionaries with tensors, the outer ones first.
    let parts: [Part]

    init(_ root: PickleValue, _ heap: PickleHeap) {
        var parts: [Part] = []
        var seen: Set<Int> = []
        var waiting: [(keys: [String], value: PickleValue)] = [([], root)]
        var next = 0
        while next < waiting.count, parts.count < Self.greatestCount {
            let (keys, value) = waiting[next]
            next += 1
            guard case .dictionary(let index) = value, keys.count <= Self.greatestDepth, seen.insert(index).inserted
            else { continue }
            var tensors: [String: PickledTensor] = [:]
            var others: [String] = []
            for (key, value) in heap.dictionaries[index] {
                guard case .text(let name) = key else { continue }
                if case .tensor(let tensor) = value {
                    tensors[name] = heap.tensors[tensor]
                } else {
                    others.append(name)
                    if !Self.unrelated.contains(where: { name.lowercased().contains($0) }) {
                        waiting.append((keys + [name], value))
                    }
                }
            }
            if !tensors.isEmpty {
                parts.append(Part(name: keys.joined(separator: "."), tensors: tensors, others: others.sorted()))
            }
        }
        self.parts = parts
    }

    /// The part called `name`, or the one that is meant when no name is given.
    func part(_ name: String?) throws(Flaw) -> Part {
        if let name {
            guard let part = parts.first(where: { $0.name == name }) else {
                throw Flaw(name, "the file has no such part", remedy: "it has \(listing)")
            }
            return part
        }
        guard !parts.isEmpty else {
            throw Flaw(nil, "holds no dictionary of tensors by name", remedy: Flaw.saveWeightsAlone)
        }
        let named = parts.filter { $0.name.split(separator: ".").contains { Self.usual.contains(String($0)) } }
        let best = named.min { rank($0) < rank($1) }
        // A lone number beside the weights, such as the best accuracy, may be a tensor as well.
        if let whole = parts.first(where: { $0.name.isEmpty }), whole.tensors.count >= best?.tensors.count ?? 0 {
            return whole
        }
        if let best { return best }
        if let only = parts.first, parts.count == 1 { return only }
        throw Flaw(nil, "holds several sets of weights: \(listing)", remedy: "say which with `part`")
    }

    private var listing: String {
        let names = parts.map { $0.name.isEmpty ? "the whole" : $0.name }
        return names.isEmpty
            ? "none" : names.prefix(8).joined(separator: ", ") + (names.count > 8 ? " and \(names.count - 8) more" : "")
    }

    private func rank(_ part: Part) -> Int {
        let words = part.name.split(separator: ".").map(String.init)
        return words.reduce(words.count) { sum, word in
            sum + 100 * (Self.usual.firstIndex(of: word) ?? Self.usual.count)
        }
    }
}
