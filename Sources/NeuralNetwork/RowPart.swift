public import Torch

/// Which rows of a whole parameter a process holds, where they are divided over the processes of a group.
public struct RowPart: Sendable {
    /// The rows of the whole that are held here.
    public let rows: Range<Int>
    /// How many the whole has.
    public let total: Int
    /// The processes that hold the others.
    public let group: ProcessGroup

    /// The part of this process.
    init(of total: Int, over group: ProcessGroup) {
        rows = group.part(of: total)
        self.total = total
        self.group = group
    }

    /// The rows of a whole tensor that belong here, in memory of their own.
    func own(_ whole: Tensor) -> Tensor { whole.sliced(rows, along: 0).clone() }

    /// The whole, given each process's part; every process must ask for it.
    func whole(_ part: Tensor) -> Tensor {
        group.concatenated(part, counts: (0..<group.size).map { group.part(of: total, rank: $0).count })
    }
}

/// The rows of a parameter that take part in one step, where the others are left as they are.
public struct ActiveRows {
    /// Which rows, ascending, `[K]` int64.
    public let indices: Tensor
    /// Their values, `[K, ...]`, which record computations; an optimizer changes them and puts them back.
    public let values: Tensor

    init(_ indices: Tensor, of parameter: Tensor) {
        self.indices = indices
        values = parameter.detached().gathered(indices).requiringGradient(parameter.requiresGradient)
    }
}

extension Parameter {
    /// Keeps the rows of this process of `group` and forgets the others, which the other processes keep.
    ///
    /// An optimizer that was made before must be made again.
    public func divide(over group: ProcessGroup) {
        let part = RowPart(of: tensor.size(0), over: group)
        replace { part.own($0) }
        self.part = part
    }

    /// Lets only some rows take part in the next step: computations use the result, gradients come to it, and optimizers
    /// touch nothing else, neither by momentum nor by weight decay.
    ///
    /// - Parameter indices: which rows, ascending and each once, `[K]` int64.
    /// - Returns: their values, `[K, ...]`.
    public func activate(_ indices: Tensor) -> Tensor {
        let rows = ActiveRows(indices, of: tensor)
        active = rows
        return rows.values
    }

    /// The shape of the whole, of which this process may hold some rows.
    var wholeShape: [Int] { part.map { [$0.total] + tensor.shape.dropFirst() } ?? tensor.shape }

    /// The gradient of the next step: of the active rows where only some take part.
    var stepGradient: Tensor? { active.map(\.values.gradient) ?? gradient }
}
