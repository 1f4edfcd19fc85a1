import CTorch
import Files

/// Processes that compute one thing together: libtorch's process group over Gloo, on the processor and on CUDA devices.
///
/// Every process calls the same functions in the same order with tensors of the same shape and type; each waits for the
/// others. When one is lost, the program ends as ``LostProcess`` says.
public final class ProcessGroup: @unchecked Sendable {
    // Held for its life alone; operators find the group by its name.
    private let handle: CTGroup
    /// Which of the processes this one is, from 0.
    public let rank: Int
    /// How many processes there are.
    public let size: Int
    /// What operators call the group.
    public let name: String

    /// Whether this process is the one that writes and prints.
    public var isLeader: Bool { rank == 0 }

    /// Joins the group, once all processes have come.
    ///
    /// - Parameters:
    ///   - store: where they meet.
    ///   - rank: which one this is, from 0.
    ///   - size: how many there are.
    ///   - address: the name or address at which the others reach this machine.
    ///   - timeout: how long to wait for another process in seconds, here and in every computation.
    ///   - name: what tells the group from others of the same processes.
    /// - Throws: `UserFacingError` when not all came in time.
    public init(
        meetingIn store: MeetingStore, rank: Int, size: Int, address: String, timeout: Double, name: String = "all"
    ) throws {
        require((0..<size).contains(rank), "ProcessGroup: expected a rank in 0..<\(size), got \(rank)")
        var handle = CTGroup(pointer: nil)
        let status = ct_group_join(store.handle, name, Int32(rank), Int32(size), address, timeout, &handle)
        try Status.throwing(status) { message in
            UserFacingError(
                "rank \(rank)", field: address,
                problem: "cannot be connected with the others: \(message.split(separator: "\n").first ?? "")",
                remedy: "check that the machines reach each other")
        }
        self.handle = handle
        self.rank = rank
        self.size = size
        self.name = name
    }

    deinit { ct_group_release(handle) }

    /// The part of `0..<count` that is this process's: parts lie in the order of the ranks and differ by one at most.
    public func part(of count: Int) -> Range<Int> { part(of: count, rank: rank) }

    /// The part of `0..<count` that is another process's.
    public func part(of count: Int, rank: Int) -> Range<Int> {
        rank * count / size..<(rank + 1) * count / size
    }

    private static let reduceOperator = Operator("hypersphere::all_reduce")
    private static let gatherOperator = Operator("hypersphere::all_gather")
    private static let broadcastOperator = Operator("hypersphere::broadcast")

    /// The sum over all processes, of the tensor's shape; no gradient flows.
    public func sum(_ tensor: Tensor) -> Tensor {
        withoutGradients { Self.reduceOperator(.tensor(tensor.detached()), .string(name), .string("sum")) }
    }

    /// The greatest element over all processes at each place, of the tensor's shape; no gradient flows.
    public func maximum(_ tensor: Tensor) -> Tensor {
        withoutGradients { Self.reduceOperator(.tensor(tensor.detached()), .string(name), .string("maximum")) }
    }

    /// The tensors of all processes in the order of the ranks, `[size, ...]`; no gradient flows.
    public func stacked(_ tensor: Tensor) -> Tensor {
        withoutGradients { Self.gatherOperator(.tensor(tensor.detached()), .string(name)) }
    }

    /// The tensor of the process `rank`; the others give one of the same shape and type. No gradient flows.
    public func broadcast(_ tensor: Tensor, from rank: Int = 0) -> Tensor {
        withoutGradients { Self.broadcastOperator(.tensor(tensor.detached()), .string(name), .int(rank)) }
    }

    /// The rows of all processes in the order of the ranks, which may have different numbers of them.
    ///
    /// - Parameters:
    ///   - rows: those of this process.
    ///   - counts: how many each process has.
    public func concatenated(_ rows: Tensor, counts: [Int]) -> Tensor {
        require(
            counts.count == size && counts[rank] == rows.size(0),
            "concatenated: expected the \(size) numbers of rows, got \(counts) for \(rows.signature)")
        let most = counts.max() ?? 0
        let filling = [most - rows.size(0)] + rows.shape.dropFirst()
        let all = stacked(.concatenated([rows.detached(), .zeros(filling, dtype: rows.dtype, device: rows.device)]))
        return .concatenated(
            counts.enumerated().map { all.selected($0.offset, along: 0).sliced(0..<$0.element, along: 0) })
    }
}
