import Files
import Torch

/// Which parameter of an optimizer something is remembered for.
struct OptimizerStateKey: Hashable {
    let group: Int
    let position: Int
}

/// Tensors that an optimizer remembers for its parameters, of one kind such as momentum.
struct OptimizerState {
    let kind: String
    var tensors: [OptimizerStateKey: Tensor] = [:]

    /// The names of the tensors: `kind.group.position`.
    var names: [String] { tensors.keys.map(name) }

    /// The name of what is remembered for one parameter.
    func name(_ key: OptimizerStateKey) -> String { "\(kind).\(key.group).\(key.position)" }

    /// The tensors by name; whole ones of parameters that are divided over processes, for which every process must ask.
    func named(_ parameter: (OptimizerStateKey) -> Parameter?) -> [String: Tensor] {
        // In the same order in every process.
        let keys = tensors.keys.sorted { ($0.group, $0.position) < ($1.group, $1.position) }
        return keys.reduce(into: [:]) { result, key in
            guard let tensor = tensors[key] else { return }
            result[name(key)] = tensor.rank == 0 ? tensor : parameter(key)?.part?.whole(tensor) ?? tensor
        }
    }

    /// Reads back what ``named(_:)`` gave, laid out in memory like the parameters: fused steps walk both side by side.
    static func read(
        kind: String, isCount: Bool = false, from state: [String: Tensor], source: String,
        parameter: (OptimizerStateKey) -> Parameter?
    ) throws -> OptimizerState {
        var result = OptimizerState(kind: kind)
        for (name, tensor) in state where name.hasPrefix(kind + ".") {
            func failure(_ problem: String) -> UserFacingError { Self.failure(source, name, problem) }
            let parts = name.split(separator: ".").dropFirst().compactMap { Int($0) }
            guard parts.count == 2, let owner = parameter(OptimizerStateKey(group: parts[0], position: parts[1])) else {
                throw failure("the optimizer has no such parameter")
            }
            // A step count is a single number; everything else has the parameter's shape.
            let shape = isCount ? [] : owner.wholeShape
            guard tensor.shape == shape else { throw failure("its shape is \(tensor.shape), expected \(shape)") }
            let room: Tensor
            if isCount {
                // Fused steps count on the parameters' device.
                room = tensor.clone().to(owner.tensor.device)
            } else {
                room = owner.tensor.detached().clone()
                room.assign(owner.part?.own(tensor) ?? tensor)
            }
            result.tensors[OptimizerStateKey(group: parts[0], position: parts[1])] = room
        }
        return result
    }

    /// Refuses a state with names that none of `parts` has, or with something in some of them but not in all.
    static func check(_ parts: [OptimizerState], hold state: [String: Tensor], source: String) throws {
        let known = Set(parts.flatMap(\.names))
        if let extra = state.keys.filter({ !known.contains($0) }).min() {
            throw failure(source, extra, "the optimizer remembers nothing of this name")
        }
        let keys = Set(parts.flatMap(\.tensors.keys))
        for part in parts {
            if let key = keys.first(where: { part.tensors[$0] == nil }) {
                throw failure(source, part.name(key), missing)
            }
        }
    }

    static let missing = "it is missing"

    /// The error for a state that does not fit.
    static func failure(_ source: String, _ name: String, _ problem: String) -> UserFacingError {
        UserFacingError(
            source, field: name, problem: problem, remedy: "resume with the recipe that the checkpoint was made with")
    }
}
