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
        kind: String, from state: [String: Tensor], source: String, parameter: (OptimizerStateKey) -> Parameter?
    ) throws -> OptimizerState {
        var result = OptimizerState(kind: kind)
        for (name, tensor) in state where name.hasPrefix(kind + ".") {
            func failure(_ problem: String) -> UserFacingError {
                UserFacingError(
                    source, field: name, problem: problem,
                    remedy: "resume with the recipe that the checkpoint was made with")
            }
            let parts = name.split(separator: ".").dropFirst().compactMap { Int($0) }
            guard parts.count == 2, let owner = parameter(OptimizerStateKey(group: parts[0], position: parts[1])) else {
                throw failure("the optimizer has no such parameter")
            }
            // A step count is a single number; everything else has the parameter's shape.
            guard tensor.rank == 0 || tensor.shape == owner.tensor.shape else {
                throw failure("its shape is \(tensor.shape), the parameter's is \(owner.tensor.shape)")
            }
            let room = tensor.rank == 0 ? tensor.clone() : owner.tensor.detached().clone()
            if tensor.rank != 0 { room.assign(tensor) }
            result.tensors[OptimizerStateKey(group: parts[0], position: parts[1])] = room
        }
        return result
    }
}
