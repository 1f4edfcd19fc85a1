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

    /// The tensors by name: `kind.group.position`.
    var named: [String: Tensor] {
        Dictionary(uniqueKeysWithValues: tensors.map { ("\(kind).\($0.key.group).\($0.key.position)", $0.value) })
    }

    /// Reads back what ``named`` gave, laid out in memory like the parameters: fused steps walk both side by side.
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
            let shape = isCount ? [] : owner.tensor.shape
            guard tensor.shape == shape else { throw failure("its shape is \(tensor.shape), expected \(shape)") }
            let room = isCount ? tensor.clone() : owner.tensor.detached().clone()
            if !isCount { room.assign(tensor) }
            result.tensors[OptimizerStateKey(group: parts[0], position: parts[1])] = room
        }
        return result
    }

    /// Refuses a state with names that none of `parts` has, or with something in some of them but not in all.
    static func check(_ parts: [OptimizerState], hold state: [String: Tensor], source: String) throws {
        let known = Set(parts.flatMap(\.named.keys))
        if let extra = state.keys.filter({ !known.contains($0) }).min() {
            throw failure(source, extra, "the optimizer remembers nothing of this name")
        }
        let keys = Set(parts.flatMap(\.tensors.keys))
        for part in parts {
            if let key = keys.first(where: { part.tensors[$0] == nil }) {
                throw failure(source, "\(part.kind).\(key.group).\(key.position)", "it is missing")
            }
        }
    }

    private static func failure(_ source: String, _ name: String, _ problem: String) -> UserFacingError {
        UserFacingError(
            source, field: name, problem: problem, remedy: "resume with the recipe that the checkpoint was made with")
    }
}
